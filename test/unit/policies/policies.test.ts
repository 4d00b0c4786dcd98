import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { pageOf } from "../../../policies/message";
import { policies } from "../../../policies/policies";

const names = policies.map((policy) => policy.name);

describe("every rule of the pack", () => {
  for (const policy of policies) {
    it(`${policy.name} has a description, severity, remedy and page, and a file and tests of its own`, () => {
      assert.ok(policy.description && policy.severity && policy.remediationSteps && policy.enforcementLevel);
      assert.ok(existsSync(`policies/rules/${policy.name}.ts`));
      assert.ok(existsSync(`test/unit/policies/rules/${policy.name}.test.ts`));
      const page = readFileSync(pageOf(policy.name), "utf8");
      assert.match(page, new RegExp(`^# ${policy.name}\n`));
      for (const heading of ["## What it refuses", "## What to do"]) assert.ok(page.includes(heading), heading);
    });

    it(`${policy.name} has its settings on its page, each with what Pulumi is told of it`, () => {
      const settings = Object.entries(policy.configSchema?.properties ?? {});
      const page = readFileSync(pageOf(policy.name), "utf8");
      for (const [name, schema] of settings) {
        assert.ok(page.includes(`\`${name}\``), `${name} is not on the page`);
        assert.ok(schema.description, `${name} has no description`);
      }
      assert.ok(settings.length === 0 || page.includes("## Configuration"));
    });

    it(`${policy.name} is in the table of all the rules, with its level`, () => {
      const table = readFileSync("docs/policies/README.md", "utf8");
      const row = `\\| \\[${policy.name}\\]\\(${policy.name}\\.md\\) +\\| ${policy.enforcementLevel} +\\|`;
      assert.ok(new RegExp(row).test(table));
    });
  }

  it("is in the pack: none was written and left out, none stands in it twice", () => {
    const written = readdirSync("policies/rules").map((file) => file.replace(/\.ts$/, ""));
    assert.deepEqual([...names].sort(), written.sort());
    assert.equal(new Set(names).size, names.length);
  });

  it("comes after restore-gate, which has the configuration, and before backup-report, which sums up", () => {
    assert.equal(names[0], "restore-gate");
    assert.equal(names.at(-1), "backup-report");
  });

  it("that only advises comes after those of the drills that refuse, of which it must know whether they have spoken", () => {
    const note = names.indexOf("restore-path-unproven");
    for (const name of ["restore-path-proven", "promotion-order", "rto-within-objective", "waiver-is-valid"])
      assert.ok(names.indexOf(name) < note, name);
  });
});
