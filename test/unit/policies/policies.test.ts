import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { pageOf } from "../../../policies/message";
import { policies } from "../../../policies/policies";

describe("every rule of the pack", () => {
  for (const policy of policies) {
    it(`${policy.name} has a description, severity, remedy and page, and a file and tests of its own`, () => {
      assert.ok(policy.description && policy.severity && policy.remediationSteps && policy.enforcementLevel);
      assert.ok(existsSync(`policies/${policy.name}.ts`));
      const page = readFileSync(pageOf(policy.name), "utf8");
      assert.match(page, new RegExp(`^# ${policy.name}\n`));
      for (const heading of ["## What it refuses", "## What to do"]) assert.ok(page.includes(heading), heading);
    });
  }

  it("runs restore-path-unproven right after restore-path-proven, whose notes it prints", () => {
    const names = policies.map((policy) => policy.name);
    assert.equal(names.indexOf("restore-path-unproven"), names.indexOf("restore-path-proven") + 1);
  });
});
