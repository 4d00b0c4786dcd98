import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { CONTROLS, controlsTable } from "../../../policies/controls";
import { policies } from "../../../policies/policies";

describe("the controls that rules speak to", () => {
  it("are those of rules that there are, each with its page, and on the page of controls", () => {
    const names = new Set(policies.map(({ name }) => name));
    for (const rule of Object.keys(CONTROLS)) {
      assert.ok(names.has(rule), rule);
      assert.ok(existsSync(`docs/policies/${rule}.md`), rule);
    }
    assert.ok(readFileSync("docs/policies/controls.md", "utf8").includes(controlsTable()));
  });

  it("go with each policy that Pulumi shows, with a title, tags, and where to read on", () => {
    for (const policy of policies) {
      assert.match(policy.displayName ?? "", /^[A-Z]/, policy.name);
      assert.ok(policy.tags?.includes("postgresql"), policy.name);
      assert.match(policy.url ?? "", new RegExp(`/docs/policies/${policy.name}\\.md$`));
      const known = Object.hasOwn(CONTROLS, policy.name);
      assert.equal(policy.framework !== undefined, known, policy.name);
      if (known) assert.match(policy.framework?.specification ?? "", /^A\.8\.1[34] /);
    }
  });
});
