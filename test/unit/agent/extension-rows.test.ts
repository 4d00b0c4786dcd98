import assert from "node:assert/strict";
import type { Client } from "pg";
import { digestExtensionRows, extensionRowsSql } from "../../../agent/facts/extension-rows";

describe("the rows of extensions' own tables", () => {
  const table = {
    identity: "gis.systems",
    extension: "gis",
    columns: '["t.\\"id\\""]',
    key: "[]",
    schema: "gis",
    name: "systems",
    condition: "WHERE NOT builtin",
  };

  /** A client that knows one configuration table, whose rows it counts with `result`. */
  const answering = (result: () => object) => {
    const query = async ({ text }: { text: string }) => ({
      rows: [text.includes("pg_extension x") ? table : result()],
    });
    return { query, getTransactionStatus: () => "I" } as unknown as Client;
  };

  it("are chosen by the extension's own condition, as pg_dump chooses them", () => {
    assert.match(
      extensionRowsSql(table),
      /FROM \(SELECT \* FROM ONLY "gis"\."systems" WHERE NOT builtin\) t OFFSET 0\) d$/,
    );
    assert.match(extensionRowsSql({ ...table, condition: "" }), /FROM ONLY "gis"\."systems" \) t OFFSET 0\) d$/);
  });

  it("are counted and digested, every one of them", async () => {
    const found = await digestExtensionRows(answering(() => ({ rows: "2", compared: "2", first: "1", second: "-1" })));
    assert.deepEqual(found, {
      "gis.systems of extension gis": `2 rows, digest ${"1".padStart(16, "0")}${"f".repeat(16)}`,
    });
  });

  it("name the table and its extension when they cannot be read", async () => {
    const failing = answering(() => {
      throw new Error("permission denied");
    });
    await assert.rejects(
      digestExtensionRows(failing),
      /^ReportedError: gis\.systems of extension gis: permission denied$/,
    );
  });
});
