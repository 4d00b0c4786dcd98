import assert from "node:assert/strict";
import type { Client } from "pg";
import { digestExtensionRows, digestSql } from "../../../agent/facts/extension-rows";

describe("the rows of extensions' own tables", () => {
  const table = {
    identity: "gis.systems of extension gis",
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
    assert.match(digestSql(table), /FROM \(SELECT \* FROM ONLY "gis"\."systems" WHERE NOT builtin\) t$/);
    assert.match(digestSql({ ...table, condition: "" }), /FROM ONLY "gis"\."systems" \) t$/);
  });

  it("are counted and digested, every one of them", async () => {
    const found = await digestExtensionRows(answering(() => ({ count: "2", digest: "12345" })));
    assert.deepEqual(found, { [table.identity]: "2 rows, digest 12345" });
  });

  it("name the table and its extension when they cannot be read", async () => {
    const failing = answering(() => {
      throw new Error("permission denied");
    });
    await assert.rejects(digestExtensionRows(failing), /^Error: gis\.systems of extension gis: permission denied$/);
  });
});
