import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { COMPONENT_NAMES, componentSchema, SCHEMA_FILE } from "../../../scripts/schema";

interface Schema {
  resources: Record<string, { inputProperties: Record<string, object>; requiredInputs: string[] }>;
}

describe("the schema for other languages", () => {
  let text: string;
  before(function () {
    // Pulumi's analyzer type-checks the whole project.
    this.timeout(180_000);
    text = componentSchema();
  });

  it("has every component that the library exports", () => {
    const { resources } = JSON.parse(text) as Schema;
    const tokens = COMPONENT_NAMES.map((name) => `restorable:index:${name}`);
    assert.deepEqual(Object.keys(resources).sort(), tokens.sort());
    for (const token of ["restorable:index:RestorablePostgres", "restorable:index:RestoreDrill"])
      assert.ok(tokens.includes(token), token);
  });

  it("is the one that is kept in the repository", () => {
    const kept = readFileSync(SCHEMA_FILE, "utf8");
    assert.equal(
      text,
      kept,
      "components/schema.json differs; look whether the change breaks programs that use the components, then run: npm run schema",
    );
  });
});
