import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { TYPE_TOKENS } from "../../model/descriptor";
import { childrenOf } from "./support/children";
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
  env?: Record<string, string>;
  "working-directory"?: string;
}
interface Job {
  if: string;
  permissions: Record<string, string>;
  environment: string;
  env?: Record<string, string>;
  steps: Step[];
}
const workflow = parse(text) as {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  env: Record<string, string>;
  jobs: Record<"preview" | "nightly", Job>;
};
const { preview, nightly } = workflow.jobs;
const expression = (name: string) => `\${{ ${name} }}`;

/** Where the checkout is that the pull request has no part in. */
const PROTECTED = `${expression("github.workspace")}/protected`;

const keys = newKeys();
const production = aDrill("production");
const record = aRecord(aTestimony(production, new Date()), keys);
const gate = { "restore-gate": { environment: "production", trustedKeys: trusting(keys) } };

/** One of our components, and the children that make what it says true. */
const ours = (type: string, name: string, descriptor: Parameters<typeof childrenOf>[1]) => ({
  ...{ type, name, descriptor },
  children: childrenOf(name, descriptor),
});

const stack = (evidence: (typeof record)[]): DeclaredStack => ({
  components: [
    { type: TYPE_TOKENS.cluster, name: "orders", descriptor: aCluster("production") },
    { type: TYPE_TOKENS.storage, name: "orders-storage", descriptor: aStorage() },
    ours(TYPE_TOKENS.backup, "orders-backup", aBackup("production")),
    ours(TYPE_TOKENS.drill, "orders-drill", aDrill("production", { evidence })),
  ],
});

describe("the GitHub Actions workflow does not let a pull request", () => {
  const index = (job: Job, name: RegExp) => job.steps.findIndex(({ uses, run }) => name.test(uses ?? run ?? ""));
  const last = (job: Job, name: RegExp) => job.steps.findLastIndex(({ uses, run }) => name.test(uses ?? run ?? ""));
  const isSecret = (value: unknown) => /secrets\.|PREVIEW_ROLE_ARN|github\.token/.test(JSON.stringify(value ?? {}));

  it("bring the pack or the configuration that judge it: both are the base's, in a folder of their own", () => {
    const checkouts = preview.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.deepEqual(
      checkouts.map((step) => [step.with?.path, step.with?.ref]),
      [
        ["protected", expression("github.event.pull_request.base.sha")],
        ["program", undefined],
      ],
    );
    const { policyPacks, policyPackConfigs, "work-dir": folder } = preview.steps.at(-1)?.with ?? {};
    for (const judge of [policyPacks, policyPackConfigs])
      assert.ok(String(judge).startsWith(`${PROTECTED}/`), String(judge));
    assert.equal(folder, "program");
  });

  it("run a script of a package, beside a secret or at all", () => {
    for (const job of [preview, nightly]) {
      const installs = job.steps.filter(({ run }) => /\bnpm\b|\bnpx\b/.test(run ?? ""));
      assert.ok(installs.length > 0);
      for (const { run } of installs) assert.equal(run, "npm ci --ignore-scripts");
      const first = job.steps.findIndex((step) => isSecret(step));
      assert.ok(first > last(job, /^npm ci/), "a secret is there before the packages are");
    }
  });

  it("see more than one stack's passphrase, or see it in any step but the one that needs it", () => {
    for (const job of [preview, nightly]) {
      assert.ok(!isSecret(job.env));
      assert.equal(job.environment, `preview-${expression("matrix.stack")}`);
    }
    assert.ok(!isSecret(workflow.env));
    const with_ = preview.steps.flatMap(({ env }, at) => (isSecret(env) ? [at] : []));
    assert.deepEqual(with_, [index(preview, /^pulumi\/actions@/)]);
    assert.deepEqual([...new Set(text.match(/secrets\.[A-Z_]+/g))], ["secrets.PULUMI_CONFIG_PASSPHRASE"]);
  });

  it("deploy or write: its credentials are a role for previews, and a token that reads", () => {
    assert.deepEqual(workflow.permissions, {});
    for (const job of [preview, nightly]) {
      assert.deepEqual(job.permissions, { contents: "read", "id-token": "write" });
      const { with: inputs } = job.steps[index(job, /^aws-actions\//)] as Step;
      assert.equal(inputs?.["role-to-assume"], expression("vars.PREVIEW_ROLE_ARN"));
      for (const step of job.steps)
        if (step.uses?.startsWith("actions/checkout@")) assert.equal(step.with?.["persist-credentials"], false);
    }
  });

  it("get credentials from a fork, or by the trigger that hands them to one", () => {
    assert.match(preview.if, /&& github\.event\.pull_request\.head\.repo\.full_name == github\.repository$/);
    assert.deepEqual(Object.keys(workflow.on).sort(), ["pull_request", "schedule", "workflow_dispatch"]);
    assert.match(nightly.if, /^github\.event_name != 'pull_request' && github\.ref_name == .*default_branch$/);
  });
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
      /^(actions\/checkout@|actions\/setup-node@|pulumi\/actions@|aws-actions\/configure-aws-credentials@|npm ci --ignore-scripts$|pulumi stack export |pulumi policy analyze )/;
    for (const step of steps) assert.match(step, known);
  });

  it("refuses in the pull request what nobody has proven, and lets pass what was proven", async () => {
    const inputs = preview.steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"))?.with ?? {};
    assert.equal(inputs.command, "preview");
    assert.equal(inputs["comment-on-summary"], true);
    const pack = `--policy-pack ${filled(inputs.policyPacks)} --policy-pack-config ${filled(inputs.policyPackConfigs)}`;
    const command = `pulumi preview --non-interactive --stack ${filled(inputs["stack-name"])} ${pack}`;
    const previewOf = (declared: DeclaredStack) => engine.shell(command, { stack: declared, gate });
    assertRefused(await previewOf(stack([])));
    const passed = await previewOf(stack([record]));
    assert.equal(passed.code, 0, passed.output);
  });

  it("refuses at night what was deployed without proof, and lets pass what was proven", async () => {
    const commands = nightly.steps.flatMap(({ run }) => (run?.startsWith("pulumi ") ? [filled(run)] : []));
    assert.equal(commands.length, 2);
    const analyzed = async ({ components = [] }: DeclaredStack) => {
      // Children can only be deployed to a cluster, which is not here: the rule that misses them is left out of account.
      await engine.deploy("production", { components: components.map(({ children: _, ...stub }) => stub) });
      return engine.shell(commands.join("\n"), { gate });
    };
    assertRefused(await analyzed(stack([])));
    const passed = await analyzed(stack([record]));
    const refusing = [...passed.output.matchAll(/\[mandatory\] \[severity: \w+\] +([a-z-]+) {2}\(/g)].map(
      ([, rule]) => rule,
    );
    assert.deepEqual([...new Set(refusing)], ["descriptor-matches-children"], passed.output);
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
    .replace(`${PROTECTED}/node_modules/restorable-policies/restorable-policies`, "$RESTORABLE_PACK")
    .replace(`${PROTECTED}/gate/`, "gate/");
}
