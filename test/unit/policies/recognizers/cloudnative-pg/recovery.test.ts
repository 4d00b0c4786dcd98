import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { ABSENT } from "../../../../../policies/known";
import { cloudNativePg } from "../../../../../policies/recognizers/cloudnative-pg/cloudnative-pg";
import { UNKNOWN_STRING } from "../../stack";
import { custom, factsOf, only } from "../support/operators";
import { cluster, IN_TREE, PLUGIN } from "./support";

describe("a CloudNativePG Cluster that starts from a backup", () => {
  const tests = (...resources: PolicyResource[]) => factsOf(cloudNativePg, resources).restoreTests;
  const source = cluster({ plugins: [PLUGIN] });
  const restored = (plugin: object) =>
    cluster(
      { bootstrap: { recovery: { source: "origin" } }, externalClusters: [{ name: "origin", ...plugin }] },
      {},
      "restored",
    );
  const plugin = (serverName: string | undefined, barmanObjectName = "store") => ({
    plugin: { name: PLUGIN.name, parameters: { barmanObjectName, serverName } },
  });

  it("is a database, and a restore of its source that does not count", () => {
    const made = restored(plugin("orders"));
    assert.equal(factsOf(cloudNativePg, [source, made]).databases.length, 2);
    assert.deepEqual(tests(source, made), [
      {
        urn: made.urn,
        name: "restored",
        what: "a CloudNativePG Cluster that starts from a backup",
        origin: "foreign",
        covers: [source.urn],
        doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
        copies: ABSENT,
        schedules: [],
      },
    ]);
  });

  it("covers nothing when its archive is another, or cannot be told", () => {
    assert.deepEqual(tests(source, restored(plugin("others"))), []);
    assert.deepEqual(tests(source, restored(plugin(undefined))), []);
    assert.deepEqual(tests(source, restored(plugin("orders", "elsewhere"))), []);
    assert.deepEqual(tests(source, restored(plugin(UNKNOWN_STRING))), []);
    assert.deepEqual(tests(source, cluster({ bootstrap: { initdb: {} } }, {}, "new")), []);
  });

  it("does not cover itself where it goes on archiving into what it was restored from", () => {
    const parameters = { barmanObjectName: "store", serverName: "orders" };
    const made = cluster(
      {
        bootstrap: { recovery: { source: "origin" } },
        externalClusters: [{ name: "origin", ...plugin("orders") }],
        plugins: [{ ...PLUGIN, parameters }],
      },
      {},
      "restored",
    );
    assert.deepEqual(only(tests(source, made)).covers, [source.urn]);
  });

  it("covers the cluster whose store in tree it reads", () => {
    const own = cluster({ backup: { barmanObjectStore: IN_TREE } });
    const made = restored({ barmanObjectStore: { ...IN_TREE, serverName: "orders" } });
    assert.deepEqual(only(tests(own, made)).covers, [own.urn]);
    const other = restored({ barmanObjectStore: { ...IN_TREE, endpointURL: "http://minio", serverName: "orders" } });
    assert.deepEqual(tests(own, other), []);
  });

  it("covers the Backup that it names", () => {
    const taken = custom("postgresql.cnpg.io/v1:Backup", "taken", { cluster: { name: "orders" } });
    const made = cluster({ bootstrap: { recovery: { backup: { name: "taken" } } } }, {}, "restored");
    assert.deepEqual(only(tests(source, taken, made)).covers, [taken.urn, source.urn]);
  });
});
