import assert from "node:assert/strict";
import { Engine } from "./support/engine";
import { newKeys, trusting } from "./support/evidence";
import type { DeclaredStack } from "./support/stack";

/**
 * A value that only the deployment will know, in each class of rules: ours refuse the preview, where the rule as one would
 * write it first gives up and lets it pass. (For evidence, gate.test.ts shows the same.)
 */
const gate = { "restore-gate": { environment: "production", trustedKeys: trusting(newKeys()) } };

type Resource = NonNullable<DeclaredStack["resources"]>[number];

const cnpg = (kind: string, name: string, spec: object, apiVersion = "postgresql.cnpg.io/v1"): Resource => ({
  ...{ apiVersion, kind, name, namespace: "shop", spec },
});
const CLUSTER = cnpg("Cluster", "orders", {
  instances: 3,
  plugins: [{ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: "store" } }],
});
const SCHEDULED = cnpg("ScheduledBackup", "nightly", {
  schedule: "0 0 2 * * *",
  method: "plugin",
  pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
  cluster: { name: "orders" },
});
const STORE = cnpg(
  "ObjectStore",
  "store",
  { configuration: { destinationPath: "s3://orders", endpointURL: "https://s3.example.com" }, retentionPolicy: "30d" },
  "barmancloud.cnpg.io/v1",
);

const CASES: [string, Resource, string, string[], string][] = [
  ["a schedule", SCHEDULED, "spec.schedule", ["cron-fields-match"], "careless-schedule"],
  ["where copies go", STORE, "spec.configuration.endpointURL", ["copy-outside-cluster"], "careless-copy-outside"],
  ["how many instances there are", CLUSTER, "spec.instances", ["cluster-is-highly-available"], "careless-instances"],
];

describe("what only the deployment will know", () => {
  let engine: Engine;
  before(async function () {
    this.timeout(60_000);
    engine = await Engine.start();
  });
  after(() => engine?.stop());

  for (const [what, unknown, path, rules, careless] of CASES)
    it(`is refused when it is ${what}, where a careless rule lets the preview pass`, async () => {
      const resources = [CLUSTER, SCHEDULED, STORE].map((resource) =>
        resource === unknown ? { ...resource, unknown: path } : resource,
      );
      const preview = await engine.preview("production", { resources }, gate);
      assert.notEqual(preview.code, 0, preview.output);
      for (const rule of rules) {
        const line = new RegExp(`\\[mandatory\\] \\[severity: \\w+\\] +${rule} `);
        assert.match(preview.output, line);
      }
      assert.match(preview.output, /unknown at preview/);
      const naive = await engine.preview(
        "production",
        { resources },
        undefined,
        await engine.otherPack("test/policy/programs/careless-pack.ts"),
      );
      assert.equal(naive.code, 0, naive.output);
      assert.match(naive.output, new RegExp(`\\[advisory\\] +${careless}`));
    });
});
