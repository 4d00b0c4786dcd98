import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { stackGres } from "../../../../../policies/recognizers/stackgres/stackgres";
import type { Bucket } from "../../../../../policies/stack/facts";
import { UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, factsOf, only } from "../support/operators";

const ENTRY = { sgObjectStorage: "store", cronSchedule: "0 5 * * *", retention: 10 };
const S3 = { type: "s3", s3: { bucket: "backups" } };
const compatible = (endpoint: string) => ({ type: "s3Compatible", s3Compatible: { bucket: "backups", endpoint } });

const cluster = (spec: object = {}, more: Parameters<typeof custom>[3] = {}, name = "orders") =>
  custom("stackgres.io/v1:SGCluster", name, { instances: 3, ...spec }, more);
const backedUp = (entry: unknown = ENTRY) => cluster({ configurations: { backups: [entry] } });
const storage = (spec: object, more: Parameters<typeof custom>[3] = {}) =>
  custom("stackgres.io/v1beta1:SGObjectStorage", "store", spec, more);
const requested = (sgCluster: string, more: Parameters<typeof custom>[3] = {}) =>
  custom("stackgres.io/v1:SGBackup", "taken", { sgCluster }, more);

const databaseOf = (made: PolicyResource) => only(factsOf(stackGres, [made]).databases);
const backupsOf = (resources: PolicyResource[], buckets: Bucket[] = []) =>
  factsOf(stackGres, resources, buckets).backups;
const backupOf = (resources: PolicyResource[], buckets: Bucket[] = []) => only(backupsOf(resources, buckets));
const storeOf = (resources: PolicyResource[], buckets: Bucket[] = []) => only(backupOf(resources, buckets).stores);

describe("a StackGres SGCluster", () => {
  it("is a database with everything that it declares, and apart from others unless told otherwise", () => {
    const made = cluster({ replication: { mode: "strict-sync", syncInstances: 1 } });
    assert.deepEqual(databaseOf(made), {
      urn: made.urn,
      name: "orders",
      what: "a StackGres SGCluster",
      origin: "foreign",
      id: { namespace: known("app"), name: known("orders") },
      product: "StackGres",
      availability: { instances: known(3), spread: known(true), synchronous: known(true) },
      deletionProtection: ABSENT,
      finalSnapshot: ABSENT,
      protect: false,
      dropsWal: known(false),
      images: [],
      plainText: [],
    });
  });

  it("has the operator's defaults for what it leaves out", () => {
    const { availability } = databaseOf(cluster({ instances: undefined }));
    assert.deepEqual(availability, { instances: ABSENT, spread: known(true), synchronous: known(false) });
    const patched = databaseOf(custom("stackgres.io/v1:SGClusterPatch", "orders", {})).availability;
    assert.deepEqual(patched, { instances: ABSENT, spread: ABSENT, synchronous: ABSENT });
  });

  it("is unknown where its values are", () => {
    const { availability } = databaseOf(
      cluster({ instances: UNKNOWN_STRING, profile: UNKNOWN_STRING, replication: { mode: UNKNOWN_STRING } }),
    );
    assert.deepEqual(availability, {
      instances: unknown("spec.instances"),
      spread: unknown("spec.profile"),
      synchronous: unknown("spec.replication.mode"),
    });
  });

  it("is spread unless its profile or an option switches that off, whatever the profile says", () => {
    const spread = (spec: object) => databaseOf(cluster(spec)).availability.spread;
    const disabled = (disableClusterPodAntiAffinity: unknown) => ({
      nonProductionOptions: { disableClusterPodAntiAffinity },
    });
    assert.deepEqual(spread({ profile: "testing" }), known(false));
    assert.deepEqual(spread({ profile: "production" }), known(true));
    assert.deepEqual(spread(disabled(true)), known(false));
    assert.deepEqual(spread({ profile: "development", ...disabled(false) }), known(true));
    assert.equal(spread(disabled(UNKNOWN_STRING)).state, "unknown");
    const constraint = { labelSelector: { matchLabels: {} }, whenUnsatisfiable: "DoNotSchedule" };
    const scheduling = { topologySpreadConstraints: [constraint] };
    assert.deepEqual(spread({ ...disabled(true), pods: { scheduling } }), known(true));
  });

  it("is synchronous in every mode but async", () => {
    const synchronous = (mode: string) => databaseOf(cluster({ replication: { mode } })).availability.synchronous;
    for (const mode of ["sync", "strict-sync", "sync-all", "strict-sync-all"])
      assert.deepEqual(synchronous(mode), known(true), mode);
    assert.deepEqual(synchronous("async"), known(false));
  });

  it("shows credentials in plain text of its own containers", () => {
    const customContainers = [{ name: "ship", env: [{ name: "SHIP_TOKEN", value: "hush" }] }];
    assert.deepEqual(databaseOf(cluster({ pods: { customContainers } })).plainText, [
      { path: "spec.pods.customContainers[0].env.SHIP_TOKEN" },
    ]);
  });
});

describe("backups of a StackGres SGCluster", () => {
  it("are one backup into its object storage, with WAL all the time", () => {
    const bucket = bucketResource("backups");
    const made = backedUp({ ...ENTRY, timeout: 7200 });
    const store = storage({ ...S3, encryption: { method: "openpgp" } });
    assert.deepEqual(backupOf([made, store], [bucketOf(bucket, known("backups"))]), {
      urn: made.urn,
      name: "orders",
      what: "the backups of a StackGres SGCluster",
      origin: "foreign",
      id: "app/orders (SGCluster orders)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [made.urn],
      method: "physical",
      certain: true,
      schedules: [{ expression: known("0 5 * * *"), fields: 5, timeZone: known("UTC") }],
      continuous: known(true),
      deadlineSeconds: known(7200),
      retention: { count: known(10), seconds: ABSENT, elsewhere: false },
      stores: [
        {
          kind: "s3",
          location: known("outside"),
          bucket: known("backups"),
          bucketUrns: [bucket.urn],
          encrypted: known(true),
        },
      ],
      images: [],
      plainText: [],
    });
  });

  it("are none when the cluster configures none, and uncertain when that is unknown", () => {
    assert.deepEqual(backupsOf([cluster()]), []);
    assert.deepEqual(backupsOf([cluster({ configurations: { backups: [] } })]), []);
    for (const configurations of [UNKNOWN_STRING, { backups: UNKNOWN_STRING }]) {
      const { certain, continuous, stores, retention } = backupOf([cluster({ configurations })]);
      const doubt = unknown("spec.configurations.backups");
      assert.deepEqual([certain, continuous, only(stores).location, retention.count], [false, doubt, doubt, doubt]);
    }
  });

  it("have no schedule without cron, keep five by default, and take as long as they take", () => {
    const made = backupOf([backedUp({ sgObjectStorage: "store", timeout: 0 })]);
    assert.deepEqual([made.schedules, made.retention.count, made.deadlineSeconds], [[], known(5), ABSENT]);
  });

  it("are unknown where their values are", () => {
    const entry = { sgObjectStorage: UNKNOWN_STRING, cronSchedule: UNKNOWN_STRING, retention: UNKNOWN_STRING };
    const made = backupOf([backedUp(entry), storage(S3)]);
    assert.deepEqual(only(made.schedules).expression, unknown("cronSchedule"));
    assert.deepEqual(
      [made.retention.count, only(made.stores).location],
      [unknown("retention"), unknown("sgObjectStorage")],
    );
    const snapshot = backupOf([backedUp({ ...ENTRY, useVolumeSnapshot: UNKNOWN_STRING }), storage(S3)]);
    assert.deepEqual([snapshot.method, only(snapshot.stores).location], ["unknown", unknown("useVolumeSnapshot")]);
  });

  it("stay in the cluster as volume snapshots, whose WAL alone restores nothing", () => {
    const made = backupOf([backedUp({ ...ENTRY, useVolumeSnapshot: true }), storage(S3)]);
    assert.deepEqual([made.method, only(made.stores).location], ["snapshot", known("inside")]);
  });

  it("lie where the object storage is", () => {
    const at = (spec: object) => storeOf([backedUp(), storage(spec)]);
    assert.deepEqual(at(compatible("http://minio:9000")).location, known("inside"));
    assert.deepEqual(at(compatible("https://s3.example.com")).location, known("outside"));
    assert.equal(at(compatible(UNKNOWN_STRING)).location.state, "unknown");
    assert.deepEqual(at({ type: "s3", s3: { bucket: "s3://backups/path" } }).bucket, known("backups"));
    const gcs = at({ type: "gcs", gcs: { bucket: "backups" } });
    assert.deepEqual([gcs.kind, gcs.bucket, gcs.location], ["gcs", known("backups"), known("outside")]);
    const azure = at({ type: "azureBlob", azureBlob: { bucket: "backups" } });
    assert.deepEqual([azure.kind, azure.bucket, azure.location], ["azure", ABSENT, known("outside")]);
    assert.deepEqual(at({ type: UNKNOWN_STRING }).location, unknown("spec.type"));
    assert.deepEqual(
      [at(S3).encrypted, at({ ...S3, encryption: UNKNOWN_STRING }).encrypted.state],
      [ABSENT, "unknown"],
    );
  });

  it("lie where nobody here knows when the object storage is declared elsewhere", () => {
    const missing = unknown("the SGObjectStorage store, which this stack does not declare");
    assert.deepEqual(storeOf([backedUp()]).location, missing);
    assert.deepEqual(storeOf([backedUp(), storage(S3, { metadata: { namespace: "b" } })]).location, missing);
  });

  it("are found in the bucket that the storage was made from while its name is unknown", () => {
    const bucket = bucketResource("backups");
    const store = storage({ type: "s3", s3: { bucket: UNKNOWN_STRING } }, { from: [bucket] });
    assert.deepEqual(storeOf([backedUp(), store], [bucketOf(bucket, unknown("bucket"))]).bucketUrns, [bucket.urn]);
  });

  it("are read from the older SGBackupConfig as well", () => {
    const older = cluster({ configurations: { sgBackupConfig: "nightly" } });
    const config = (spec: object) => custom("stackgres.io/v1:SGBackupConfig", "nightly", spec);
    const made = backupOf([older, config({ baseBackups: { retention: 7 }, storage: S3 })]);
    assert.deepEqual(only(made.schedules), { expression: known("0 5 * * *"), fields: 5, timeZone: known("UTC") });
    assert.deepEqual([made.retention.count, only(made.stores).bucket], [known(7), known("backups")]);
    const missing = backupOf([older]);
    assert.deepEqual([missing.certain, missing.retention.elsewhere], [true, true]);
    assert.equal(only(missing.schedules).expression.state, "unknown");
  });
});

describe("a StackGres SGBackup", () => {
  const own = backedUp();

  it("is a backup without a schedule, beside those of its cluster", () => {
    const made = requested("orders");
    const [, backup] = backupsOf([own, storage(S3), made]);
    assert.deepEqual(
      [backup?.urn, backup?.id, backup?.schedules, backup?.databaseUrns, backup?.retention.count],
      [made.urn, "app/orders (SGBackup taken)", [], [own.urn], known(10)],
    );
    assert.deepEqual(backup?.stores[0]?.bucket, known("backups"));
  });

  it("names its cluster with a namespace, or is known by what it was made from", () => {
    const database = (made: PolicyResource) => backupsOf([own, made]).find(({ urn }) => urn === made.urn)?.databaseUrns;
    assert.deepEqual(database(requested("app.orders", { metadata: { namespace: "b" } })), [own.urn]);
    assert.deepEqual(database(requested("b.orders")), []);
    assert.deepEqual(database(requested("others")), []);
    assert.deepEqual(database(requested(UNKNOWN_STRING, { from: [own] })), [own.urn]);
    assert.deepEqual(database(requested(UNKNOWN_STRING)), []);
  });

  it("of a cluster elsewhere is kept elsewhere", () => {
    const made = backupOf([requested("orders")]);
    assert.equal(made.retention.elsewhere, true);
    assert.deepEqual(only(made.stores).location, unknown("the SGCluster, which this stack does not declare"));
    assert.deepEqual(made.continuous, ABSENT);
  });
});

describe("a StackGres SGCluster that starts from a backup", () => {
  const restored = (name: string, more: Parameters<typeof custom>[3] = {}) =>
    cluster({ initialData: { restore: { fromBackup: { name } } } }, more, "copy");
  const tests = (...resources: PolicyResource[]) => factsOf(stackGres, resources).restoreTests;

  it("is a restore that does not count", () => {
    const source = backedUp();
    const taken = requested("orders");
    const made = restored("taken");
    assert.deepEqual(tests(source, storage(S3), taken, made), [
      {
        urn: made.urn,
        name: "copy",
        what: "a StackGres SGCluster that starts from a backup",
        origin: "foreign",
        covers: [taken.urn, source.urn],
        doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
        copies: known("outside"),
        schedules: [],
      },
    ]);
  });

  it("covers nothing when its backup is another, or cannot be told", () => {
    const taken = requested("orders");
    assert.deepEqual(tests(backedUp(), taken, restored("automatic-1")), []);
    assert.deepEqual(tests(backedUp(), taken, restored("taken", { metadata: { namespace: "b" } })), []);
    assert.deepEqual(tests(backedUp(), taken, restored(UNKNOWN_STRING)), []);
    assert.deepEqual(tests(backedUp(), taken, cluster({}, {}, "new")), []);
  });
});
