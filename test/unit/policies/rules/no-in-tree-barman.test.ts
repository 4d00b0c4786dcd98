import assert from "node:assert/strict";
import { noInTreeBarman } from "../../../../policies/rules/no-in-tree-barman";
import { resource, UNKNOWN_STRING, violations } from "../stack";

/** This rule reads CloudNativePG's resources itself, so every test goes through them. */
type Kind = "Cluster" | "ScheduledBackup" | "Backup";
const NAMES: Record<Kind, string> = { Cluster: "orders", ScheduledBackup: "nightly", Backup: "before-change" };

const cnpg = (kind: Kind, spec: unknown) =>
  resource(`kubernetes:postgresql.cnpg.io/v1:${kind}`, NAMES[kind], {
    metadata: { name: NAMES[kind], namespace: "app" },
    spec,
  });
const found = (kind: Kind, spec: unknown, config: object = {}) =>
  violations(noInTreeBarman, [cnpg(kind, spec)], config);
const lines = (...given: Parameters<typeof found>) => found(...given)[0]?.message.split("\n") ?? [];

const STORE = { destinationPath: "s3://backups/orders" };
const PAGE = "Page: docs/policies/no-in-tree-barman.md";
const OLDER = "Remedy: if the operator is older than 1.31, say so in this rule's operatorVersion";

describe("no-in-tree-barman", () => {
  it("refuses a Cluster that backs up with barmanObjectStore", () => {
    assert.deepEqual(lines("Cluster", { instances: 3, backup: { barmanObjectStore: STORE } }), [
      "app/orders (Cluster) uses barmanObjectStore, which CloudNativePG has dropped in 1.31.",
      "Reason: spec.backup.barmanObjectStore is set",
      "Remedy: declare an ObjectStore (barmancloud.cnpg.io/v1) with the same configuration, and name it in spec.plugins: barman-cloud.cloudnative-pg.io with isWALArchiver and barmanObjectName; a source in externalClusters names it in its own plugin",
      OLDER,
      PAGE,
    ]);
  });

  it("refuses a Cluster that is made from one, and names every place", () => {
    const externalClusters = [
      { name: "a", plugin: { name: "p" } },
      { name: "b", barmanObjectStore: STORE },
    ];
    assert.deepEqual(lines("Cluster", { externalClusters, backup: { barmanObjectStore: STORE } }).slice(1, 3), [
      "Reason: spec.backup.barmanObjectStore is set",
      "Reason: spec.externalClusters[1].barmanObjectStore is set",
    ]);
  });

  for (const kind of ["ScheduledBackup", "Backup"] as const) {
    it(`refuses a ${kind} by that method, which is the default`, () => {
      assert.deepEqual(lines(kind, { cluster: { name: "orders" } }), [
        `app/${NAMES[kind]} (${kind}) uses barmanObjectStore, which CloudNativePG has dropped in 1.31.`,
        "Reason: spec.method is not set, and its default is barmanObjectStore",
        "Remedy: set spec.method to plugin, and spec.pluginConfiguration.name to barman-cloud.cloudnative-pg.io",
        OLDER,
        PAGE,
      ]);
      assert.equal(lines(kind, { method: "barmanObjectStore" })[1], "Reason: spec.method is barmanObjectStore");
    });

    it(`is silent on a ${kind} by another method`, () => {
      for (const method of ["plugin", "volumeSnapshot"]) assert.deepEqual(found(kind, { method }), []);
    });

    it(`refuses a ${kind} whose method is unknown`, () => {
      for (const [spec, path] of [
        [{ method: UNKNOWN_STRING }, "spec.method"],
        [UNKNOWN_STRING, "spec"],
      ] as const) {
        const [verdict, reason] = lines(kind, spec);
        assert.match(verdict ?? "", /may use barmanObjectStore/);
        assert.ok(reason?.startsWith(`Reason: ${path}`) && reason.endsWith("is unknown at preview"), reason);
      }
    });
  }

  it("is silent on a Cluster with the plugin, with nothing, and on other resources", () => {
    const plugins = [{ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true }];
    assert.deepEqual(found("Cluster", { plugins, backup: { volumeSnapshot: {} }, externalClusters: [] }), []);
    assert.deepEqual(found("Cluster", {}), []);
    const other = resource("kubernetes:example.com/v1:Cluster", "c", { spec: { backup: { barmanObjectStore: {} } } });
    assert.deepEqual(violations(noInTreeBarman, [other]), []);
  });

  it("knows a store of which only parts are unknown for one", () => {
    const barmanObjectStore = { destinationPath: UNKNOWN_STRING };
    assert.match(lines("Cluster", { backup: { barmanObjectStore } })[0] ?? "", / uses barmanObjectStore/);
  });

  it("refuses a Cluster that may have one: unknown is not no", () => {
    for (const spec of [
      UNKNOWN_STRING,
      { backup: UNKNOWN_STRING },
      { backup: { barmanObjectStore: UNKNOWN_STRING } },
      { externalClusters: UNKNOWN_STRING },
      { externalClusters: [UNKNOWN_STRING] },
    ]) {
      const text = lines("Cluster", spec);
      assert.match(text[0] ?? "", /^app\/orders \(Cluster\) may use barmanObjectStore/);
      assert.ok(text.includes("Remedy: make what is unknown known at preview"));
    }
  });

  it("is silent where the operator still has it, and only there", () => {
    const spec = { backup: { barmanObjectStore: STORE } };
    for (const operatorVersion of ["1.26", "1.30.1", "v1.30", "0.99"])
      assert.deepEqual(found("Cluster", spec, { operatorVersion }), []);
    for (const operatorVersion of ["1.31", "1.31.0", "v1.32", "2.0"])
      assert.equal(found("Cluster", spec, { operatorVersion }).length, 1);
  });

  it("does not take a version for older that it cannot read", () => {
    const [violation] = found("Cluster", {}, { operatorVersion: "latest" });
    assert.match(
      violation?.message ?? "",
      /^This rule is configured wrongly[\s\S]*operatorVersion: must be a version of CloudNativePG/,
    );
  });

  it("names a resource without a known name by its name in Pulumi", () => {
    const unnamed = resource("kubernetes:postgresql.cnpg.io/v1:Backup", "once", {
      metadata: { name: UNKNOWN_STRING },
      spec: {},
    });
    assert.match(violations(noInTreeBarman, [unnamed])[0]?.message ?? "", /^once \(Backup\) uses/);
  });
});
