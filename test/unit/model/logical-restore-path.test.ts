import assert from "node:assert/strict";
import { type LogicalRestorePathInputs, logicalRestorePath } from "../../../model/logical-restore-path";
import { restorePathSchema } from "../../../model/restore-path";

const inputs: LogicalRestorePathInputs = {
  engine: "cloudnative-pg",
  postgresMajor: 17,
  serverImage: "registry.example.com/postgresql:17.6",
  agentImage: "registry.example.com/restorable-agent:0.1.0",
  applicationRole: "shop_app",
  applicationChecks: [{ name: "there are orders", sql: "SELECT true" }],
  encryption: "none",
};
const pathOf = (change: Partial<LogicalRestorePathInputs> = {}) =>
  logicalRestorePath({ ...inputs, ...change }, { kind: "s3-compatible", copy: "primary" });

describe("the restore path of a logical backup", () => {
  it("has the fingerprint that it had before tables could be left out, as long as none is", () => {
    const pinned = "35e52901d747690b8b7f85b2d3c9a33ec26267c6d4ea4e1cc0ffcd7abdd0f763";
    for (const change of [{}, { excludeTables: [], excludeTableData: [] }, { excludeTables: undefined }])
      assert.equal(pathOf(change).fingerprint, pinned);
  });

  it("is another one for each choice of tables and of rows that are left out", () => {
    const choices = [
      {},
      { excludeTables: ["audit.*"] },
      { excludeTableData: ["audit.*"] },
      { excludeTables: ["audit.*", "cache.*"] },
    ];
    assert.equal(new Set(choices.map((choice) => pathOf(choice).fingerprint)).size, choices.length);
  });

  it("is the same in whatever order, and however often, patterns are written down", () => {
    const { path, fingerprint } = pathOf({ excludeTables: ["b.c", "a.b", "b.c"] });
    assert.equal(fingerprint, pathOf({ excludeTables: ["a.b", "b.c"] }).fingerprint);
    assert.deepEqual(path.backup.excludeTables, ["a.b", "b.c"]);
  });

  it("is none with a pattern that is no schema and table", () => {
    const { path } = pathOf();
    const backup = { ...path.backup, excludeTables: ["log"] };
    assert.equal(restorePathSchema.safeParse({ ...path, backup }).success, false);
  });
});
