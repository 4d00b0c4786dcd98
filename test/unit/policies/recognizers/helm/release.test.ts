import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { helmRelease } from "../../../../../policies/recognizers/helm/release";
import { resource, UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, DAY, only } from "../support/operators";
import { ABSENT, cluster, factsOf } from "../support/tools";

const release = (chart: string, values?: unknown, more: object = {}) =>
  resource("kubernetes:helm.sh/v3:Release", "db", { chart, name: "db", namespace: "app", values, ...more });
const from = (repo: string) => ({ repositoryOpts: { repo } });
const factsIn = (...resources: PolicyResource[]) => factsOf(helmRelease, resources);
const databaseOf = (made: PolicyResource) => only(factsIn(made).databases);
const backupsOf = (...resources: PolicyResource[]) => factsIn(...resources).backups;
const backupOf = (...resources: PolicyResource[]) => only(backupsOf(...resources));

describe("a release of Bitnami's postgresql", () => {
  const BITNAMI = from("https://charts.bitnami.com/bitnami");
  const postgresql = (values?: unknown) => release("postgresql", values, BITNAMI);

  it("is a database, with what the chart means by its values", () => {
    const made = postgresql({
      architecture: "replication",
      readReplicas: { replicaCount: 2 },
      replication: { synchronousCommit: "on", numSynchronousReplicas: 1 },
      auth: { postgresPassword: "geheim", existingSecret: "auth", password: UNKNOWN_STRING },
      image: { tag: "17.6.0", digest: "sha256:abc" },
    });
    assert.deepEqual(databaseOf(made), {
      urn: made.urn,
      name: "db",
      what: "a Helm Release of the chart postgresql",
      origin: "foreign",
      id: { namespace: known("app"), name: known("db-postgresql") },
      product: "Bitnami chart",
      availability: { instances: known(3), spread: known(false), synchronous: known(true) },
      deletionProtection: ABSENT,
      finalSnapshot: ABSENT,
      protect: false,
      dropsWal: known(false),
      images: [{ path: "values.image", image: known("docker.io/bitnami/postgresql:17.6.0@sha256:abc") }],
      plainText: [{ path: "values.auth.postgresPassword" }, { path: "values.auth.password" }],
    });
  });

  it("has the chart's defaults without values", () => {
    const { availability, images, plainText } = databaseOf(postgresql());
    assert.deepEqual(availability, { instances: known(1), spread: known(false), synchronous: known(false) });
    assert.deepEqual([images, plainText], [[{ path: "values.image", image: ABSENT }], []]);
    assert.deepEqual(backupsOf(postgresql()), []);
  });

  it("is known by any way to name the chart", () => {
    for (const made of [
      release("postgresql"),
      release("bitnami/postgresql"),
      release("oci://registry-1.docker.io/bitnamicharts/postgresql"),
      release("https://charts.bitnami.com/bitnami/postgresql-16.7.4.tgz"),
    ])
      assert.equal(databaseOf(made).product, "Bitnami chart");
    assert.equal(databaseOf(release("./charts/postgresql")).product, "Helm chart");
    assert.deepEqual(factsIn(release("redis", {})).databases, []);
    assert.deepEqual(factsIn(release("postgres-operator", {})).databases, []);
    assert.deepEqual(factsIn(release(UNKNOWN_STRING, {})).databases, []);
  });

  it("takes its name as the chart makes it", () => {
    const name = (values: object, own: string) =>
      databaseOf(release("bitnami/postgresql", values, { name: own })).id.name;
    assert.deepEqual(name({}, "my-postgresql"), known("my-postgresql"));
    assert.deepEqual(name({ fullnameOverride: "orders" }, "db"), known("orders"));
    assert.deepEqual(name({ nameOverride: "pg" }, "db"), known("db-pg"));
    assert.equal(name({}, UNKNOWN_STRING).state, "unknown");
  });

  it("dumps itself once a day into a claim when its backup is enabled", () => {
    const found = backupOf(postgresql({ backup: { enabled: true } }));
    assert.equal(found.what, "a CronJob that runs pg_dumpall of a Helm Release");
    assert.deepEqual([found.id, found.databaseUrns.length], ["app/db-postgresql (CronJob db)", 1]);
    assert.deepEqual(
      found.schedules.map(({ expression }) => expression),
      [known("@daily")],
    );
    assert.deepEqual(
      found.stores.map(({ kind, location }) => [kind, location]),
      [["volume", known("inside")]],
    );
    assert.deepEqual([found.method, found.certain], ["logical", true]);
  });

  it("dumps itself as the values say", () => {
    const cronjob = {
      schedule: "0 3 * * *",
      timezone: "Europe/Zurich",
      concurrencyPolicy: "Forbid",
      command: ["/bin/sh", "-c", "pg_dump app | aws s3 cp - s3://dumps/app.sql"],
    };
    const { schedules, job, stores } = backupOf(postgresql({ backup: { enabled: true, cronjob } }));
    assert.deepEqual([only(schedules).expression, job?.concurrencyPolicy], [known("0 3 * * *"), known("Forbid")]);
    assert.deepEqual(job?.timeZone, known("Europe/Zurich"));
    assert.deepEqual([only(stores).kind, only(stores).bucket], ["s3", known("dumps")]);
  });

  it("may dump itself while that is unknown", () => {
    for (const values of [UNKNOWN_STRING, { backup: UNKNOWN_STRING }, { backup: { enabled: UNKNOWN_STRING } }])
      assert.equal(backupOf(postgresql(values)).certain, false);
    const unread = databaseOf(postgresql(UNKNOWN_STRING));
    assert.equal(unread.availability.instances.state, "unknown");
    assert.equal(unread.images[0]?.image.state, "unknown");
    assert.deepEqual(unread.plainText, []);
    const files = release("bitnami/postgresql", undefined, { valueYamlFiles: [{ path: "values.yaml" }] });
    assert.equal(backupOf(files).certain, false);
  });
});

describe("a release of Bitnami's postgresql-ha", () => {
  it("is a database of three instances, apart when the preset is hard", () => {
    const ha = (values: object) => databaseOf(release("bitnami/postgresql-ha", values));
    const plain = ha({});
    assert.deepEqual(plain.id.name, known("db-postgresql-ha-postgresql"));
    assert.deepEqual(plain.availability, { instances: known(3), spread: known(false), synchronous: known(false) });
    const safe = ha({
      postgresql: { replicaCount: 5, podAntiAffinityPreset: "hard", syncReplication: true, repmgrPassword: "geheim" },
    });
    assert.deepEqual(safe.availability, { instances: known(5), spread: known(true), synchronous: known(true) });
    assert.deepEqual(safe.plainText, [{ path: "values.postgresql.repmgrPassword" }]);
    assert.equal(ha({ postgresql: { syncReplication: UNKNOWN_STRING } }).availability.synchronous.state, "unknown");
  });
});

describe("a release of CloudNativePG's chart cluster", () => {
  const CNPG = from("https://cloudnative-pg.github.io/charts");
  const cnpg = (values?: unknown) => release("cluster", values, CNPG);
  const BACKUPS = { enabled: true, provider: "s3", s3: { bucket: "dumps", secretKey: "geheim" } };

  it("is a database as the operator's own resource is", () => {
    const found = databaseOf(
      cnpg({ cluster: { instances: 5, postgresql: { synchronous: { method: "any", number: 1 } } } }),
    );
    assert.deepEqual(
      [found.what, found.product, found.id.name],
      ["a CloudNativePG Cluster of a Helm Release", "CloudNativePG", known("db-cluster")],
    );
    assert.deepEqual(found.availability, { instances: known(5), spread: known(false), synchronous: known(true) });
    assert.deepEqual(databaseOf(cnpg()).availability.instances, known(3));
    assert.deepEqual(backupsOf(cnpg()), []);
  });

  it("is backed up every night at twelve when its backups are enabled", () => {
    const found = backupOf(cnpg({ backups: BACKUPS }));
    assert.equal(found.id, "app/db-cluster (ScheduledBackup db, daily-backup)");
    assert.deepEqual(found.schedules, [{ expression: known("0 0 0 * * *"), fields: "cnpg", timeZone: ABSENT }]);
    assert.deepEqual([found.continuous, found.retention.seconds], [known(true), known(30 * DAY)]);
    const [store] = found.stores;
    assert.deepEqual([store?.kind, store?.location, store?.bucket], ["s3", known("outside"), known("dumps")]);
    assert.deepEqual(databaseOf(cnpg({ backups: BACKUPS })).plainText, [{ path: "values.backups.s3.secretKey" }]);
  });

  it("is backed up as its values say", () => {
    const found = backupsOf(
      cnpg({
        backups: {
          ...BACKUPS,
          endpointURL: "http://minio:9000",
          retentionPolicy: "7d",
          scheduledBackups: [
            { name: "a", schedule: "0 0 2 * * *", method: "barmanObjectStore" },
            { name: "b", schedule: UNKNOWN_STRING, method: "volumeSnapshot" },
          ],
        },
      }),
    );
    assert.deepEqual(
      found.map(({ method, schedules }) => [method, only(schedules).expression.state]),
      [
        ["physical", "known"],
        ["snapshot", "unknown"],
      ],
    );
    assert.deepEqual([found[0]?.retention.seconds, found[0]?.stores[0]?.location], [known(7 * DAY), known("inside")]);
  });

  it("stores in what the provider is", () => {
    const store = (backups: object) => {
      const { kind, bucket } = only(backupOf(cnpg({ backups: { enabled: true, ...backups } })).stores);
      return [kind, bucket];
    };
    assert.deepEqual(store({ provider: "google", google: { bucket: "dumps" } }), ["gcs", known("dumps")]);
    assert.equal(store({ provider: "azure", azure: { storageAccount: "a", containerName: "c" } })[0], "azure");
    assert.deepEqual(store({ destinationPath: "s3://other/path" }), ["s3", known("other")]);
    const [kind, bucket] = store({ s3: { bucket: UNKNOWN_STRING } });
    assert.deepEqual([kind, (bucket as { state: string }).state], ["s3", "unknown"]);
  });

  it("finds the bucket from which the program took the values", () => {
    const made = bucketResource("dumps");
    const values = cnpg({ backups: { enabled: true, s3: { bucket: UNKNOWN_STRING } } });
    values.propertyDependencies.values = [made];
    const buckets = [bucketOf(made, unknown("bucket"))];
    const found = only(factsOf(helmRelease, [values], { buckets }).backups);
    assert.deepEqual(only(found.stores).bucketUrns, [made.urn]);
  });

  it("may be backed up while that is unknown", () => {
    for (const values of [
      UNKNOWN_STRING,
      { backups: { enabled: UNKNOWN_STRING } },
      { backups: { enabled: true, scheduledBackups: UNKNOWN_STRING } },
    ])
      assert.equal(backupOf(cnpg(values)).certain, false);
  });

  it("is no other chart of that name", () => {
    assert.deepEqual(factsIn(release("cluster", {}, from("https://example.com/redis"))).databases, []);
  });
});

describe("a release of Crunchy's chart", () => {
  it("is a database with its repositories", () => {
    const values = {
      name: "hippo",
      instanceReplicas: 3,
      pgBackRestConfig: {
        global: { "repo1-retention-full": "14", "repo1-retention-full-type": "time" },
        repos: [
          {
            name: "repo1",
            s3: { bucket: "pgo", endpoint: "s3.amazonaws.com", region: "eu-central-1" },
            schedules: { full: "0 1 * * *" },
          },
        ],
      },
    };
    const made = release("postgrescluster", values);
    const database = databaseOf(made);
    assert.deepEqual([database.id.name, database.availability.instances], [known("hippo"), known(3)]);
    const found = backupOf(made);
    assert.equal(found.what, "the backups of a Crunchy PGO PostgresCluster of a Helm Release");
    assert.deepEqual(
      [only(found.schedules).expression, found.retention.seconds],
      [known("0 1 * * *"), known(14 * DAY)],
    );
    assert.deepEqual(only(found.stores).bucket, known("pgo"));
  });

  it("has one volume and no schedule by default, or S3 with a passphrase", () => {
    const plain = backupOf(release("postgrescluster", {}));
    assert.deepEqual([plain.schedules, only(plain.stores).kind], [[], "volume"]);
    const s3 = { bucket: "pgo", endpoint: "minio:9000", encryptionPassphrase: "geheim", keySecret: "geheim" };
    const made = release("oci://registry.crunchydata.com/charts/postgres", { s3 });
    const [store] = backupOf(made).stores;
    assert.deepEqual([store?.location, store?.encrypted], [known("inside"), known(true)]);
    assert.deepEqual(databaseOf(made).plainText.slice(-2), [
      { path: "values.s3.keySecret" },
      { path: "values.s3.encryptionPassphrase" },
    ]);
  });

  it("is unknown with its values", () => {
    const made = release("postgrescluster", UNKNOWN_STRING);
    assert.equal(databaseOf(made).availability.instances.state, "unknown");
    assert.equal(backupOf(made).certain, false);
  });
});

describe("a release of StackGres' chart", () => {
  const BACKUPS = { sgObjectStorage: "storage", retention: 8, cronSchedule: "0 4 * * *" };
  const stackGres = (backups: unknown, objectstorage?: object) =>
    release("stackgres-cluster", {
      cluster: { instances: 3, configurations: { backups } },
      configurations: { objectstorage },
    });

  it("is a database with backups if they have a storage", () => {
    const made = stackGres(BACKUPS, { create: true, s3: { bucket: "sg" } });
    assert.deepEqual(databaseOf(made).availability.instances, known(3));
    const found = backupOf(made);
    assert.deepEqual([only(found.schedules).expression, found.retention.count], [known("0 4 * * *"), known(8)]);
    assert.deepEqual([only(found.stores).bucket, only(found.stores).location], [known("sg"), known("outside")]);
    assert.deepEqual(backupsOf(stackGres({ retention: 5 })), []);
    assert.equal(backupOf(stackGres(UNKNOWN_STRING)).certain, false);
  });
});

describe("a release of Velero's chart", () => {
  const velero = (values: unknown) => release("velero", values, { name: "velero", namespace: "velero" });

  it("is a backup for each schedule that reaches a database", () => {
    const orders = cluster();
    const made = velero({
      configuration: { backupStorageLocation: [{ provider: "aws", bucket: "velero", default: true }] },
      schedules: {
        nightly: { schedule: "0 2 * * *", template: { includedNamespaces: ["app"], snapshotMoveData: true } },
        other: { schedule: "0 3 * * *", template: { includedNamespaces: ["other"] } },
        off: { disabled: true, schedule: "0 4 * * *", template: {} },
      },
    });
    const found = backupOf(orders, made);
    assert.equal(found.id, "app/orders (Velero Schedule db, nightly)");
    assert.equal(found.what, "a Velero Schedule of a Helm Release");
    assert.deepEqual([found.databaseUrns, only(found.stores).bucket], [[orders.urn], known("velero")]);
  });

  it("may be one while its schedules are unknown, and is none without any", () => {
    assert.equal(backupOf(cluster(), velero(UNKNOWN_STRING)).certain, false);
    assert.equal(backupOf(cluster(), velero({ schedules: UNKNOWN_STRING })).certain, false);
    assert.deepEqual(backupsOf(cluster(), velero({})), []);
    assert.deepEqual(backupsOf(cluster(), velero(undefined)), []);
  });
});

describe("a release of any other chart", () => {
  it("is a backup when its values dump PostgreSQL", () => {
    const orders = cluster();
    const found = backupOf(
      orders,
      release("cronjob", { jobs: { dump: { schedule: "0 5 * * *", command: "pg_dump -h orders-rw.app app" } } }),
    );
    assert.equal(found.what, "a Helm Release whose values run pg_dump");
    assert.deepEqual(
      [found.id, found.databaseUrns, found.certain, found.method],
      ["app/orders (Helm Release db)", [orders.urn], true, "logical"],
    );
    assert.deepEqual(only(found.schedules).expression, known("0 5 * * *"));
    assert.deepEqual(only(found.stores).location, unknown("where the chart's job writes"));
  });

  it("is one by its name, surely or not", () => {
    const backup = (values: unknown) => backupOf(release("postgres-backup", values));
    assert.deepEqual([backup({}).what, backup({}).certain], ["a Helm Release of a backup chart", true]);
    assert.equal(backup(UNKNOWN_STRING).certain, false);
  });

  it("is none by its unknown values alone", () => {
    for (const values of [undefined, {}, UNKNOWN_STRING, { password: UNKNOWN_STRING }])
      assert.deepEqual(backupsOf(cluster(), release("nginx", values)), []);
  });

  it("is a database by the name of the chart, of which nothing more is known", () => {
    const found = databaseOf(release("postgres", {}, from("https://example.com/charts")));
    assert.deepEqual([found.product, found.availability.instances], ["Helm chart", ABSENT]);
  });
});
