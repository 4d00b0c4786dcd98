import assert from "node:assert/strict";
import { ABSENT, known } from "../../../../policies/known";
import { indexStack } from "../../../../policies/stack/index-stack";
import { serverText } from "../../../../policies/stack/view";
import { resource, UNKNOWN_STRING } from "../stack";

const DAY = 86_400;
const of = (type: string, props: object) => indexStack([resource(type, "orders", props as Record<string, unknown>)]);
const metadata = { name: "orders", namespace: "app" };

describe("EDB Postgres for Kubernetes", () => {
  it("is CloudNativePG under a group of its own", () => {
    const at = "kubernetes:postgresql.k8s.enterprisedb.io/v1";
    const cluster = resource(`${at}:Cluster`, "orders", { metadata, spec: { instances: 3, imageName: "edb:17" } });
    const schedule = resource(`${at}:ScheduledBackup`, "nightly", {
      metadata: { name: "nightly", namespace: "app" },
      spec: { schedule: "0 0 2 * * *", cluster: { name: "orders" } },
    });
    const { databases, backups } = indexStack([cluster, schedule]);
    assert.deepEqual(
      databases.map(({ product, what }) => [product, what]),
      [["EDB", "an EDB Cluster"]],
    );
    assert.deepEqual(
      backups.map(({ what, databaseUrns }) => [what, databaseUrns]),
      [["an EDB ScheduledBackup", [cluster.urn]]],
    );
  });

  it("does not mix its clusters with CloudNativePG's of the same name", () => {
    const cluster = resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders", { metadata, spec: {} });
    const start = resource("kubernetes:postgresql.k8s.enterprisedb.io/v1:Cluster", "copy", {
      metadata: { name: "copy", namespace: "app" },
      spec: { bootstrap: { recovery: { backup: { name: "orders" } } } },
    });
    assert.deepEqual(indexStack([cluster, start]).restoreTests, []);
  });
});

describe("a PerconaPGCluster", () => {
  const cluster = (backups: object) =>
    of("kubernetes:pgv2.percona.com/v2:PerconaPGCluster", {
      metadata,
      spec: { instances: [{ replicas: 3 }], backups },
    });
  const pgbackrest = {
    repos: [{ name: "repo1", schedules: { full: "0 1 * * 0" }, s3: { bucket: "b", endpoint: "s3.example.com" } }],
  };

  it("is a database and its backups, as PGO's PostgresCluster is", () => {
    const { databases, backups } = cluster({ pgbackrest });
    assert.deepEqual(
      databases.map(({ product, id }) => [product, serverText(id)]),
      [["Percona", "app/orders"]],
    );
    assert.equal(backups[0]?.id, "app/orders (PerconaPGCluster orders)");
    assert.equal(backups[0]?.schedules.length, 1);
  });

  it("has no backups when they are switched off", () =>
    assert.deepEqual(cluster({ enabled: false, pgbackrest }).backups, []));
});

describe("a KubeBlocks Cluster", () => {
  const cluster = (spec: object) => of("kubernetes:apps.kubeblocks.io/v1:Cluster", { metadata, spec });
  const backup = {
    enabled: true,
    method: "pg-basebackup",
    cronExpression: "0 18 * * *",
    retentionPeriod: "14d",
    pitrEnabled: true,
  };

  it("is PostgreSQL by its definition or by a component's, and nothing otherwise", () => {
    for (const spec of [
      { clusterDef: "postgresql" },
      { clusterDefinitionRef: "postgresql" },
      { componentSpecs: [{ name: "pg", componentDef: "postgresql-16-1.0.0" }] },
    ])
      assert.equal(cluster(spec).databases.length, 1, JSON.stringify(spec));
    for (const spec of [{ clusterDef: "apecloud-mysql" }, { clusterDef: UNKNOWN_STRING }, {}])
      assert.equal(cluster(spec).databases.length, 0, JSON.stringify(spec));
  });

  it("backs itself up where it says so", () => {
    const [found] = cluster({ clusterDef: "postgresql", backup }).backups;
    assert.deepEqual(found?.schedules, [{ expression: known("0 18 * * *"), fields: "cronjob", timeZone: ABSENT }]);
    assert.deepEqual(found?.retention.seconds, known(14 * DAY));
    assert.deepEqual(found?.continuous, known(true));
    assert.deepEqual(cluster({ clusterDef: "postgresql" }).backups, []);
    assert.deepEqual(cluster({ clusterDef: "postgresql", backup: { ...backup, enabled: false } }).backups, []);
    assert.equal(
      cluster({ clusterDef: "postgresql", backup: { ...backup, enabled: UNKNOWN_STRING } }).backups[0]?.certain,
      false,
    );
  });
});

describe("Cloud SQL", () => {
  const instance = (props: object) =>
    of("gcp:sql/databaseInstance:DatabaseInstance", { name: "orders", databaseVersion: "POSTGRES_16", ...props });

  it("has no backups unless they are switched on", () => {
    assert.equal(instance({}).databases.length, 1);
    assert.deepEqual(instance({}).backups, []);
    const on = { settings: { backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled: true } } };
    const [backup] = instance(on).backups;
    assert.deepEqual(
      [backup?.id, backup?.continuous, backup?.retention.count],
      ["gcp/orders (automated backups)", known(true), known(7)],
    );
  });

  it("is not what runs MySQL, or a replica", () => {
    assert.equal(instance({ databaseVersion: "MYSQL_8_0" }).databases.length, 0);
    assert.equal(instance({ masterInstanceName: "orders" }).databases.length, 0);
  });
});

describe("Azure Database for PostgreSQL", () => {
  const cases: [string, object][] = [
    ["azure:postgresql/flexibleServer:FlexibleServer", { name: "orders", backupRetentionDays: 14 }],
    ["azure-native:dbforpostgresql:Server", { serverName: "orders", backup: { backupRetentionDays: 14 } }],
    ["azure-native:dbforpostgresql/v20240801:Server", { serverName: "orders", backup: { backupRetentionDays: 14 } }],
  ];
  for (const [type, props] of cases)
    it(`always has backups, as ${type}`, () => {
      const [backup] = of(type, props).backups;
      assert.deepEqual([backup?.id, backup?.retention.seconds], ["azure/orders (automated backups)", known(14 * DAY)]);
      assert.deepEqual(of(type, { ...props, createMode: "Replica" }).databases, []);
    });

  it("keeps them for seven days unless it says more", () =>
    assert.deepEqual(
      of("azure:postgresql/flexibleServer:FlexibleServer", { name: "o" }).backups[0]?.retention.seconds,
      known(7 * DAY),
    ));
});
