import assert from "node:assert/strict";
import { fatalError } from "../../../scripts/loop/instances";

const line = (record?: Record<string, string>) => JSON.stringify({ level: "info", msg: "record", record });

describe("an instance's last words", () => {
  it("are the last error by which PostgreSQL ended, with its detail", () => {
    const log = [
      "not JSON",
      line(),
      line({ error_severity: "FATAL", sql_state_code: "58P01", message: "an earlier one" }),
      line({
        error_severity: "PANIC",
        sql_state_code: "XX001",
        message: "no valid checkpoint",
        detail: "At 6/9015B98.",
      }),
      line({ error_severity: "FATAL", sql_state_code: "57P03", message: "the database system is starting up" }),
      line({ error_severity: "LOG", sql_state_code: "00000", message: "database system is shut down" }),
      "",
    ].join("\n");
    assert.equal(fatalError(log), "PANIC: no valid checkpoint (At 6/9015B98.)");
  });

  it("are none where nothing fatal is in the log", () => {
    assert.equal(fatalError(line({ error_severity: "ERROR", message: "division by zero" })), undefined);
  });
});
