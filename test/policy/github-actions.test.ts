import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { TYPE_TOKENS } from "../../model/descriptor";
import { Engine, type Preview } from "./support/engine";
import { aBackup, aCluster, aDrill, aRecord, aStorage, aTestimony, newKeys, trusting } from "./support/evidence";
import type { DeclaredStack } from "./support/stack";

/**
 * The documented workflow, as far as it goes without GitHub: its syntax by GitHub's own parser, and its steps by hand
 * with the real engine, where `npm ci` is this checkout and pulumi/actions is the command line that its inputs stand for.
 */
const FILE = "docs/github-actions/restore-gate.yml";
const text = readFileSync(FILE, "utf8");

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string | boolean>;
}
const workflow = parse(text) as { jobs: Record<"preview" | "nightly", { steps: Step[] }> };

const keys = newKeys();
const production = aDrill("production");
const record = aRecord(aTestimony(production, new Date()), keys);
const gate = { "restore-gate": { environment: "production", trustedKeys: trusting(keys) } };

const stack = (evidence: (typeof record)[]): DeclaredStack => ({
  components: [
    { type: TYPE_TOKENS.cluster, name: "orders", descriptor: aCluster("production") },
    { type: TYPE_TOKENS.storage, name: "orders-storage", descriptor: aStorage() },
    { type: TYPE_TOKENS.backup, name: "orders-backup", descriptor: aBackup("production") },
    { type: TYPE_TOKENS.drill, name: "orders-drill", descriptor: aDrill("production", { evidence }) },
  ],
});

describe("the GitHub Actions workflow", () => {
  let engine: Engine;
  before(async function () {
    this.timeout(60_000);
    engine = await Engine.start();
  });
  after(() => engine?.stop());

  it("is one by GitHub's own parser, which refuses a misspelt key", async () => {
    // The package is an ES module alone.
    const { NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");
    const problems = (content: string) =>
      parseWorkflow({ name: FILE, content }, new NoOperationTraceWriter()).context.errors.getErrors();
    assert.deepEqual(problems(text), []);
    assert.notDeepEqual(problems(text.replace("runs-on:", "run-on:")), []);
  });

  it("has steps that the tests run, and no others", () => {
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps.map(({ uses, run }) => uses ?? run ?? ""));
    const known =
      /^(actions\/checkout@|actions\/setup-node@|pulumi\/actions@|npm ci$|pulumi stack export |pulumi policy analyze )/;
    for (const step of steps) assert.match(step, known);
  });

  it("refuses in the pull request what nobody has proven, and lets pass what was proven", async () => {
    const inputs = workflow.jobs.preview.steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"))?.with ?? {};
    assert.equal(inputs.command, "preview");
    assert.equal(inputs["comment-on-pr"], true);
    const pack = `--policy-pack ${filled(inputs.policyPacks)} --policy-pack-config ${filled(inputs.policyPackConfigs)}`;
    const command = `pulumi preview --non-interactive --stack ${filled(inputs["stack-name"])} ${pack}`;
    const preview = (declared: DeclaredStack) => engine.shell(command, { stack: declared, gate });
    assertRefused(await preview(stack([])));
    const passed = await preview(stack([record]));
    assert.equal(passed.code, 0, passed.output);
  });

  it("refuses at night what was deployed without proof, and lets pass what was proven", async () => {
    const commands = workflow.jobs.nightly.steps.flatMap(({ run }) =>
      run?.startsWith("pulumi ") ? [filled(run)] : [],
    );
    assert.equal(commands.length, 2);
    const nightly = async (declared: DeclaredStack) => {
      await engine.deploy("production", declared);
      return engine.shell(commands.join("\n"), { gate });
    };
    assertRefused(await nightly(stack([])));
    const passed = await nightly(stack([record]));
    assert.equal(passed.code, 0, passed.output);
  });
});

function assertRefused({ code, output }: Preview): void {
  assert.equal(code === 0, false, output);
  assert.match(output, /\[mandatory\].*promotion-order/);
}

/** Expressions as the runner fills them in, for the stack `production`. */
function filled(template: unknown): string {
  return String(template)
    .replace(/\$\{\{ matrix\.stack \}\}/g, "production")
    .replace(/\$\{\{ env\.RESTORABLE_PACK \}\}/g, "$RESTORABLE_PACK");
}
