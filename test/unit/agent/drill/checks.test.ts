import assert from "node:assert/strict";
import { Checks } from "../../../../agent/drill/checks";

describe("a drill", () => {
  it("gives checks of the same name different ids", () => {
    const checks = new Checks();
    checks.add("health.a", "health", true, "x", "x");
    checks.add("health.a", "health", true, "x", "x");
    assert.deepEqual(
      checks.results.map((result) => result.id),
      ["health.a", "health.a-2"],
    );
  });

  it("counts a check that throws as failed, with the error as what was found", async () => {
    const checks = new Checks();
    const result = await checks.try("x", "health", "y", () => Promise.reject(new Error("broken")));
    assert.equal(result.passed, false);
    assert.equal(result.actual, "broken");
    // It could not look: that must not be held against the backup.
    assert.equal(result.ran, false);
  });
});
