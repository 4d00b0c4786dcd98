import assert from "node:assert/strict";
import { backupReport } from "../../../../policies/rules/backup-report";
import { databaseIsRecognized } from "../../../../policies/rules/database-is-recognized";
import { trusting } from "../../../policy/support/evidence";
import { anExternalDrill, GATE, keys } from "../drills";
import { component, gated, resource, UNKNOWN_STRING, violations } from "../stack";

type Resources = Parameters<typeof violations>[1];
const found = (resources: Resources, config: object = {}, gate: object = GATE) =>
  gated(gate, () => violations(databaseIsRecognized, resources, config));
const messages = (type: string, props: object = {}) =>
  found([resource(type, "orders", props as Record<string, unknown>)]).map(({ message }) => message);

const DO = "digitalocean:index/databaseCluster:DatabaseCluster";
const database = resource(DO, "orders", { engine: "pg", version: "17" });

const servers: [string, object][] = [
  ["kubernetes:kubegres.reactive-tech.io/v1:Kubegres", { spec: { replicas: 3 } }],
  ["kubernetes:postgres.example.com/v1:Cluster", { spec: {} }],
  ["kubernetes:example.com/v1:PGCluster", { spec: {} }],
  ["kubernetes:rds.services.k8s.aws/v1alpha1:DBInstance", { spec: { engine: "postgres" } }],
  ["kubernetes:rds.aws.upbound.io/v1beta1:Instance", { spec: { forProvider: { engine: "postgres" } } }],
  ["kubernetes:sql.cnrm.cloud.google.com/v1beta1:SQLInstance", { spec: { databaseVersion: "POSTGRES_16" } }],
  ["kubernetes:dbforpostgresql.azure.com/v1:FlexibleServer", { spec: {} }],
  ["gcp:alloydb/cluster:Cluster", {}],
  [DO, { engine: "pg" }],
  ["aiven:index/pg:Pg", {}],
  ["neon:index/project:Project", {}],
  ["supabase:index/project:Project", {}],
  ["scaleway:databases/instance:Instance", { engine: "PostgreSQL-16" }],
  ["ovh:CloudProject/database:Database", { engine: "postgresql" }],
  ["linode:index/databasePostgresqlV2:DatabasePostgresqlV2", {}],
  ["aws-native:rds:DbInstance", { engine: "postgres" }],
  ["aws:lightsail/database:Database", { relationalDatabaseBlueprintId: "postgres_16" }],
  ["azure:cosmosdb/postgresqlCluster:PostgresqlCluster", {}],
  ["kubernetes:helm.sh/v3:Release", { chart: "pg-db", values: {} }],
  ["kubernetes:helm.sh/v3:Release", { chart: "timescaledb-single", values: {} }],
  ["kubernetes:helm.sh/v3:Release", { chart: "gitea", values: {} }],
  ["kubernetes:helm.sh/v3:Release", { chart: "web-shop", values: { postgresql: { enabled: true } } }],
  ["kubernetes:helm.sh/v3:Release", { chart: "web-shop", values: { postgresql: { enabled: UNKNOWN_STRING } } }],
  ["kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease", { spec: { chart: { spec: { chart: "postgresql" } } } }],
  ["kubernetes:argoproj.io/v1alpha1:Application", { spec: { source: { chart: "postgresql" } } }],
  ["kubernetes:argoproj.io/v1alpha1:Application", { spec: { sources: [{ chart: "nextcloud" }] } }],
  ["docker:index/container:Container", { image: "postgres:17" }],
  [
    "aws:ecs/taskDefinition:TaskDefinition",
    { containerDefinitions: JSON.stringify([{ name: "db", image: "docker.io/library/postgres:17" }]) },
  ],
];

const backups: [string, object][] = [
  ["command:local:Command", { create: "pg_dump -h orders app | aws s3 cp - s3://dumps/app" }],
  ["command:remote:Command", { create: "sudo -u postgres pg_dumpall > /backup/all.sql" }],
  ["pulumi-nodejs:dynamic:Resource", { script: "pg_dump app" }],
  ["docker:index/container:Container", { image: "debian:13", command: ["sh", "-c", "pg_dump app > /backup/app.sql"] }],
  ["docker:index/container:Container", { image: "offen/docker-volume-backup:v2", volumes: [{ volumeName: "pgdata" }] }],
  ["gcp:alloydb/backup:Backup", {}],
];

const silent: [string, object][] = [
  // Part of an Aurora cluster, which is the database.
  ["aws:rds/clusterInstance:ClusterInstance", { engine: "aurora-postgresql" }],
  // A backup that the gate recognizes, and judges as any other.
  [
    "aws:ecs/taskDefinition:TaskDefinition",
    { containerDefinitions: JSON.stringify([{ image: "acme/tools", command: ["pg_dump", "app"] }]) },
  ],
  ["kubernetes:scheduling.x-k8s.io/v1alpha1:PodGroup", {}],
  ["kubernetes:core/v1:ConfigMap", { metadata: { name: "postgres-dashboards" }, data: { "pg.json": "{}" } }],
  ["kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", { metadata: { name: "kubegres.reactive-tech.io" } }],
  ["kubernetes:postgresql.cnpg.io/v1:Pooler", { spec: {} }],
  ["kubernetes:postgresql.sql.crossplane.io/v1alpha1:Database", { spec: {} }],
  ["kubernetes:postgresql.sql.crossplane.io/v1alpha1:Role", { spec: {} }],
  ["kubernetes:db.movetokube.com/v1alpha1:PostgresUser", { spec: {} }],
  ["kubernetes:rds.services.k8s.aws/v1alpha1:DBInstance", { spec: { engine: "mysql" } }],
  ["kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB", { spec: {} }],
  ["kubernetes:k8s.mariadb.com/v1alpha1:MariaDB", { spec: {} }],
  ["postgresql:index/database:Database", { name: "app" }],
  ["postgresql:index/grant:Grant", {}],
  ["gcp:alloydb/instance:Instance", {}],
  ["gcp:alloydb/user:User", {}],
  ["gcp:sql/database:Database", { name: "app" }],
  ["azure-native:dbforpostgresql:Configuration", {}],
  ["azure:postgresql/flexibleServerFirewallRule:FlexibleServerFirewallRule", {}],
  [DO, { engine: "mysql" }],
  [DO, { engine: "valkey" }],
  ["digitalocean:index/databaseUser:DatabaseUser", { name: "app" }],
  ["aiven:index/pgUser:PgUser", {}],
  ["aiven:index/kafka:Kafka", {}],
  ["neon:index/branch:Branch", {}],
  ["aws-native:rds:DbParameterGroup", { family: "postgres16" }],
  ["aws-native:rds:DbInstance", { engine: "aurora-postgresql", dbClusterIdentifier: "orders" }],
  ["aws:rds/clusterInstance:ClusterInstance", { engine: "aurora-postgresql", clusterIdentifier: UNKNOWN_STRING }],
  ["aws:rds/instance:Instance", { engine: "mysql" }],
  ["aws:dynamodb/table:Table", {}],
  ["grafana:oss/dashboard:Dashboard", { configJson: "postgres" }],
  ["kubernetes:helm.sh/v3:Release", { chart: "cloudnative-pg", values: {} }],
  ["kubernetes:helm.sh/v3:Release", { chart: "postgres-operator", values: {} }],
  ["kubernetes:helm.sh/v3:Release", { chart: "prometheus-postgres-exporter", values: {} }],
  ["kubernetes:helm.sh/v3:Release", { chart: "gitea", values: { postgresql: { enabled: false } } }],
  ["kubernetes:helm.sh/v3:Release", { chart: "web-shop", values: { postgresql: { host: "orders-rw" } } }],
  ["kubernetes:argoproj.io/v1alpha1:Application", { spec: { source: { path: "apps/web" } } }],
  ["docker:index/container:Container", { image: "prometheuscommunity/postgres-exporter" }],
  [
    "docker:index/container:Container",
    { image: "offen/docker-volume-backup:v2", volumes: [{ volumeName: "pictures" }] },
  ],
  ["command:local:Command", { create: "psql -c 'select 1'" }],
  ["aws:ecs/taskDefinition:TaskDefinition", { containerDefinitions: JSON.stringify([{ image: "acme/web:1" }]) }],
  ["aws:ecs/taskDefinition:TaskDefinition", { containerDefinitions: UNKNOWN_STRING }],
  ["aws:ecs/taskDefinition:TaskDefinition", { containerDefinitions: "no JSON" }],
];

describe("database-is-recognized", () => {
  for (const [type, props] of servers)
    it(`sees a server in ${type} ${JSON.stringify(props).slice(0, 60)}`, () => {
      const [message, ...others] = messages(type, props);
      assert.deepEqual(others, []);
      assert.match(message ?? "", /^orders: this looks like a server of PostgreSQL, and is of no product/);
    });

  for (const [type, props] of backups)
    it(`sees a backup in ${type} ${JSON.stringify(props).slice(0, 60)}`, () => {
      const [message, ...others] = messages(type, props);
      assert.deepEqual(others, []);
      assert.match(message ?? "", /^orders: this looks like a backup of PostgreSQL/);
    });

  for (const [type, props] of silent)
    it(`is silent on ${type} ${JSON.stringify(props).slice(0, 60)}`, () => assert.deepEqual(messages(type, props), []));

  it("says nothing of what another rule can judge", () => {
    for (const [type, props] of [
      ["kubernetes:pgv2.percona.com/v2:PerconaPGCluster", { metadata: { name: "o" }, spec: { instances: [] } }],
      ["kubernetes:postgresql.k8s.enterprisedb.io/v1:Cluster", { metadata: { name: "o" }, spec: {} }],
      ["kubernetes:apps.kubeblocks.io/v1:Cluster", { spec: { clusterDef: "postgresql" } }],
      ["gcp:sql/databaseInstance:DatabaseInstance", { databaseVersion: "POSTGRES_16" }],
      ["azure:postgresql/flexibleServer:FlexibleServer", { name: "o" }],
      ["azure-native:dbforpostgresql:Server", { serverName: "o" }],
      ["aws:rds/instance:Instance", { engine: "postgres" }],
      ["kubernetes:helm.sh/v3:Release", { chart: "oci://registry-1.docker.io/bitnamicharts/postgresql", name: "o" }],
    ] as [string, object][])
      assert.deepEqual(messages(type, props), [], type);
  });

  it("says what, why, and what to do", () => {
    const [violation] = found([database]);
    assert.equal(violation?.urn, database.urn);
    assert.deepEqual(violation?.message.split("\n"), [
      "orders: this looks like a server of PostgreSQL, and is of no product that the gate knows.",
      "Reason: its engine is PostgreSQL",
      "Reason: so nobody can tell whether it has a backup, or whether one could be restored",
      "Remedy: cover it by an ExternalRestoreDrill, with the signed evidence of what restores its backups",
      "Remedy: or list it in the configuration of database-is-recognized, under allowed, with a reason",
      "Page: docs/policies/database-is-recognized.md",
    ]);
  });

  it("refuses in production and where nobody said what this is, and has it shown elsewhere", () => {
    assert.equal(found([database], {}, {}).length, 1);
    const develop = { environment: "develop", trustedKeys: trusting(keys) };
    assert.deepEqual(found([database], {}, develop), []);
    const [, report] = gated(develop, () => [
      violations(databaseIsRecognized, [database]),
      violations(backupReport, [database]),
    ]);
    assert.match(report?.[0]?.message ?? "", /One thing is shown and not refused:\n.*orders: this looks like a server/);
  });

  it("is satisfied by an external drill that covers it", () => {
    assert.deepEqual(found([database, component("externalDrill", "e", anExternalDrill([database.urn]))]), []);
    assert.equal(found([database, component("externalDrill", "e", anExternalDrill(["another"]))]).length, 1);
  });

  it("leaves alone what is listed with a reason, until its day is over", () => {
    const allowed = (entry: object) =>
      found([database], { allowed: [{ reason: "made anew from orders each night", ...entry }] }).map(
        ({ message }) => message,
      );
    assert.deepEqual(allowed({ urn: database.urn }), []);
    assert.deepEqual(allowed({ type: DO, name: "orders" }), []);
    assert.deepEqual(allowed({ type: DO, name: "orders", until: "2999-12-31" }), []);
    assert.deepEqual(allowed({ urn: database.urn, until: new Date().toISOString().slice(0, 10) }), []);
    assert.match(
      allowed({ urn: database.urn, until: "2020-01-31" })[0] ?? "",
      /its entry in allowed ended on 2020-01-31/,
    );
    assert.equal(allowed({ type: DO, name: "billing" }).length, 1);
  });

  it("takes no exception without a reason, nor one that does not say for what", () => {
    for (const entry of [
      { urn: database.urn },
      { urn: database.urn, reason: "" },
      { reason: "we do not need this one" },
      { type: DO, reason: "we do not need this one" },
      { urn: database.urn, type: DO, name: "orders", reason: "we do not need this one" },
      { urn: database.urn, reason: "we do not need this one", until: "soon" },
      { urn: database.urn, reason: "we do not need this one", because: "x" },
    ])
      assert.match(
        found([database], { allowed: [entry] })[0]?.message ?? "",
        /^This rule is configured wrongly/,
        JSON.stringify(entry),
      );
  });

  it("does not look into a component, whose resources are in the stack themselves", () => {
    const parent = resource("acme:platform:PostgresCluster", "orders", {});
    const child = resource("aws:s3/bucket:Bucket", "files", {}, parent);
    assert.deepEqual(found([parent, child]), []);
  });
});
