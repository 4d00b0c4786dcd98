import assert from "node:assert/strict";
import { drillIsIsolated, rule } from "../../../../policies/rules/drill-is-isolated";
import { aCluster, aDrill } from "../../../policy/support/evidence";
import { anExternalDrill } from "../drills";
import { aRestoreTest, findings, safeFacts } from "../facts";
import { component, resource, UNKNOWN_STRING, violations } from "../stack";

const found = (...resources: Parameters<typeof violations>[1]) => violations(drillIsIsolated, resources);
const drill = (changes: Parameters<typeof aDrill>[1]) => component("drill", "d", aDrill("production", changes));
const rawCluster = (metadata: object) =>
  resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "billing", { metadata, spec: {} });

describe("drill-is-isolated", () => {
  it("is silent on a drill in a namespace of its own, and on a stack without drills", () => {
    assert.deepEqual(found(drill({}), component("cluster", "c", aCluster("production"))), []);
    assert.deepEqual(found(), []);
  });

  it("refuses a drill in its target's namespace: verdict, reason, remedy, page, and the drill's own URN", () => {
    const beside = drill({ drillNamespace: "app" });
    assert.deepEqual(found(beside), [
      {
        urn: beside.urn,
        message: [
          "app/orders/orders: the drill is not isolated.",
          "Reason: it runs in namespace app, where a database cluster lives that it could reach or change",
          "Remedy: give the RestoreDrill a namespace of its own, in which no cluster lives",
          "Page: docs/policies/drill-is-isolated.md",
        ].join("\n"),
      },
    ]);
  });

  it("refuses a drill in the namespace of any other cluster of the stack, whoever declared it", () => {
    const ours = component("cluster", "c", aCluster("production", { namespace: "app-drill", cluster: "billing" }));
    assert.equal(found(drill({}), ours).length, 1);
    assert.equal(found(drill({}), rawCluster({ name: "billing", namespace: "app-drill" })).length, 1);
    assert.deepEqual(found(drill({}), rawCluster({ name: "billing", namespace: "app-drill-2" })), []);
    // Without a namespace it lives in `default`.
    assert.equal(found(drill({ drillNamespace: "default" }), rawCluster({ name: "billing" })).length, 1);
  });

  it("refuses a drill when it cannot be told whether a cluster lives beside it", () => {
    const [violation] = found(drill({}), rawCluster({ name: "billing", namespace: UNKNOWN_STRING }));
    assert.match(
      violation?.message ?? "",
      /Reason: whether a cluster lives in namespace app-drill cannot be told: the namespace of a CloudNativePG Cluster \(billing\) is unknown at preview\nRemedy: give billing a namespace that is known/,
    );
    assert.match(
      found(drill({}), component("cluster", "c", UNKNOWN_STRING))[0]?.message ?? "",
      /the namespace of a PostgresCluster \(c\) is unknown at preview/,
    );
  });

  it("lets a drill of another tool run outside Kubernetes, and not beside a cluster", () => {
    const external = (changes: object) => component("externalDrill", "e", anExternalDrill(["urn"], changes));
    assert.deepEqual(found(external({})), []);
    assert.deepEqual(found(external({ drillNamespace: "checks" })), []);
    assert.equal(found(external({ drillNamespace: "app" })).length, 1);
  });

  it("refuses a drill whose descriptor is absent, unknown, or unknown inside", () => {
    const nested = { ...aDrill("production"), drillNamespace: UNKNOWN_STRING };
    for (const descriptor of [undefined, UNKNOWN_STRING, nested])
      assert.match(
        found(component("drill", "d", descriptor))[0]?.message ?? "",
        /^d: nobody can tell where this drill runs\./,
      );
  });

  it("refuses a restore of another tool over what it is a backup of, and no other", () => {
    const doesNotCount = "it restores over app/orders, which is what the backup is of";
    const over = aRestoreTest({ doesNotCount, overSource: true });
    assert.deepEqual(findings(rule, { ...safeFacts(), restoreTests: [over] }), [
      {
        urn: over.urn,
        verdict: "restore: a CronJob that runs pg_restore restores over production.",
        reasons: [doesNotCount],
        remedies: ["restore into a namespace and a server of its own, or remove the restore once it has done its work"],
      },
    ]);
    assert.deepEqual(findings(rule, { ...safeFacts(), restoreTests: [aRestoreTest({ doesNotCount })] }), []);
  });
});
