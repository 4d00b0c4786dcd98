import assert from "node:assert/strict";
import { uncoveredProblem } from "../../../agent/backup/coverage";
import { afterwards } from "../../../agent/commands/backup";
import { EXIT, ReportedError } from "../../../runtime/errors";
import { backupJob } from "./jobs";

describe("after a good backup", () => {
  const failing = (message: string, exitCode: (typeof EXIT)[keyof typeof EXIT]) => async () => {
    throw new ReportedError(message, exitCode);
  };

  it("a database without one is named, with what to do", () => {
    assert.match(
      uncoveredProblem(["old shop", "billing"], backupJob),
      /^2 databases of app\/orders have no backup: "old shop", "billing"; declare a LogicalBackup and a RestoreDrill/,
    );
    const many = Array.from({ length: 30 }, (_, index) => `d${index}`);
    assert.match(uncoveredProblem(many, backupJob), /"d19" and 10 more; /);
  });

  it("each step is tried, and every failure told, with the exit code of the first", async () => {
    const id = "20261121T020000Z-0001";
    await afterwards({ id }, [() => undefined, async () => undefined]);
    const both = afterwards({ id }, [
      failing("its drill could not be asked for: no", EXIT.drillNotAsked),
      failing("1 database has no backup", EXIT.uncovered),
    ]);
    await assert.rejects(both, (error: ReportedError) => {
      assert.equal(
        error.message,
        `the backup ${id} is good, but its drill could not be asked for: no; and 1 database has no backup`,
      );
      assert.equal(error.exitCode, EXIT.drillNotAsked);
      return true;
    });
    const one = afterwards({ id }, [() => undefined, failing("1 database has no backup", EXIT.uncovered)]);
    await assert.rejects(one, (error: ReportedError) => error.exitCode === EXIT.uncovered);
  });
});
