import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { TYPE_TOKENS } from "../../model/descriptor";
import { Engine } from "./support/engine";
import {
  AGENT_IMAGE,
  aBackup,
  aCluster,
  aDrill,
  aRecord,
  aStorage,
  aTestimony,
  chained,
  HOUR,
  newKeys,
  SERVER_IMAGE,
  TARGET,
  trusting,
} from "./support/evidence";
import type { DeclaredStack } from "./support/stack";

/**
 * `pulumi policy analyze`: the nightly companion of the preview. The stack holds stand-ins of our components with their
 * type tokens; they are really deployed, and their state is really exported.
 */
const keys = newKeys();
const now = new Date();
const production = aDrill("production");
const good = aTestimony(production, now);

function stackWith(drill: Parameters<typeof aDrill>[1] | undefined): DeclaredStack {
  return {
    components: [
      { type: TYPE_TOKENS.cluster, name: "orders", descriptor: aCluster("production") },
      { type: TYPE_TOKENS.storage, name: "orders-storage", descriptor: aStorage() },
      { type: TYPE_TOKENS.backup, name: "orders-backup", descriptor: aBackup("production") },
      ...(drill ? [{ type: TYPE_TOKENS.drill, name: "orders-drill", descriptor: aDrill("production", drill) }] : []),
    ],
  };
}

const gate = (changes: object = {}) => ({
  "restore-gate": {
    ...{ environment: "production", trustedKeys: trusting(keys), agentImages: [AGENT_IMAGE] },
    ...changes,
  },
  // Stand-ins have no children.
  "descriptor-matches-children": "disabled",
});

/** The rules that spoke, with their levels, in the order in which Pulumi prints them. */
function spoken(output: string): string[] {
  return [...output.matchAll(/\[(mandatory|advisory)\] (?:\[severity: \w+\] )? *([a-z-]+) {2}\(/g)].map(
    ([, level, policy]) => `${level} ${policy}`,
  );
}

describe("a saved state", () => {
  let engine: Engine;
  before(async function () {
    this.timeout(60_000);
    engine = await Engine.start();
  });
  after(() => engine?.stop());

  const failing = { ...good, passed: false, failures: ["role app is missing"] };
  const [stale, fresh] = chained([aTestimony(production, now, 27 * HOUR), good], keys);
  const [passed, failed] = chained([aTestimony(production, now, 2 * HOUR), failing], keys);
  const inMap = (envelope = "") => [{ source: "ConfigMap app-drill/orders", envelope }];
  const cases: [string, Parameters<typeof aDrill>[1] | undefined, object][] = [
    ["proven", { evidence: [aRecord(good, keys)] }, {}],
    ["without its drill", undefined, {}],
    ["whose drill failed", { evidence: [aRecord(failing, keys)] }, {}],
    ["that grew stale", { evidence: [aRecord(aTestimony(production, now, 27 * HOUR), keys)] }, {}],
    [
      "that is stale in itself and proven by evidence that the gate reads",
      { evidence: inMap(stale) },
      { evidence: [fresh] },
    ],
    [
      "that is proven in itself and failing by newer evidence that the gate reads",
      { evidence: inMap(passed) },
      { evidence: [failed] },
    ],
  ];
  for (const [index, [what, drill, changes]] of cases.entries()) {
    it(`${what} has the verdicts of its preview`, async () => {
      const stack = stackWith(drill);
      const preview = await engine.preview("production", stack, gate(changes));
      const state = await engine.deploy("production", stack);
      const analysis = await engine.analyze(state, gate(changes));
      assert.deepEqual(spoken(analysis.output), spoken(preview.output), analysis.output);
      const passes = [0, 4].includes(index);
      assert.equal(preview.code === 0, passes, preview.output);
      assert.equal(analysis.code === 0, passes, analysis.output);
      assert.equal(spoken(analysis.output).length === 0, passes, analysis.output);
    });
  }

  it("is not stopped by restore-gate: what it holds has started long ago", async () => {
    const proven = stackWith({ evidence: [aRecord(good, keys)] });
    const file = await engine.deploy("production", proven);
    const state = JSON.parse(readFileSync(file, "utf8")) as SavedState;
    const [stack] = state.deployment.resources;
    // The engine's own resource below the component, as the Kubernetes provider leaves it; no cluster is needed to analyze it.
    const cluster = state.deployment.resources.find(({ type }) => type === TYPE_TOKENS.cluster);
    const spec = {
      instances: 3,
      imageName: SERVER_IMAGE,
      affinity: { podAntiAffinityType: "required" },
      postgresql: { synchronous: { method: "any", number: 1 } },
    };
    const object = { metadata: { name: TARGET.cluster, namespace: TARGET.namespace }, spec };
    state.deployment.resources.push({
      urn: `${stack?.urn.split("::").slice(0, 2).join("::")}::${TYPE_TOKENS.cluster}$${CLUSTER}::orders`,
      type: CLUSTER,
      custom: true,
      id: "app/orders",
      protect: true,
      parent: cluster?.urn,
      inputs: object,
      outputs: object,
    });
    writeFileSync(file, JSON.stringify(state));
    const { code, output } = await engine.analyze(file, gate());
    assert.deepEqual(
      spoken(output).filter((rule) => rule.startsWith("mandatory")),
      [],
      output,
    );
    assert.equal(code, 0, output);
  });
});

const CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster";

interface SavedState {
  deployment: { resources: ({ urn: string; type: string } & Record<string, unknown>)[] };
}
