import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { volumeSnapshots } from "../../../../../policies/recognizers/volumes/volume-snapshots";
import { resource, UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, DAY, only } from "../support/operators";
import { ABSENT, cluster, factsOf } from "../support/tools";

const SNAPSHOT = { kind: "snapshot", location: known("inside"), bucket: ABSENT, bucketUrns: [], encrypted: ABSENT };
const orders = cluster();
const backupsOf = (...resources: PolicyResource[]) => factsOf(volumeSnapshots, resources).backups;
const backupOf = (...resources: PolicyResource[]) => only(backupsOf(...resources));

describe("a VolumeSnapshot", () => {
  const snapshot = (source: unknown, name = "before", parent?: PolicyResource) =>
    custom("snapshot.storage.k8s.io/v1:VolumeSnapshot", name, { source }, parent ? { parent } : {});
  const of = (persistentVolumeClaimName: string) => snapshot({ persistentVolumeClaimName });

  it("is a backup of the database whose claim it is of, once", () => {
    const made = of("orders-1");
    assert.deepEqual(backupOf(orders, made), {
      urn: made.urn,
      name: "before",
      what: "a VolumeSnapshot",
      origin: "foreign",
      id: "app/orders (VolumeSnapshot before)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [orders.urn],
      method: "snapshot",
      certain: true,
      schedules: [],
      continuous: known(false),
      deadlineSeconds: ABSENT,
      retention: { count: known(1), seconds: known(Number.POSITIVE_INFINITY), elsewhere: false },
      stores: [SNAPSHOT],
      images: [],
      plainText: [],
    });
  });

  it("knows claims by the names that operators give them, and a longer name before a shorter", () => {
    for (const claim of [
      "orders-1",
      "orders-1-wal",
      "pgdata-orders-0",
      "data-orders-0",
      "data-orders-postgresql-0",
      "orders-data-orders-0",
      "orders-instance1-x7kq-pgdata",
    ])
      assert.deepEqual(backupOf(orders, of(claim)).databaseUrns, [orders.urn], claim);
    const eu = cluster("orders-eu");
    assert.deepEqual(backupOf(orders, eu, of("orders-eu-instance1-x7kq-pgdata")).databaseUrns, [eu.urn]);
  });

  it("is none of other claims, of other namespaces, and of contents that are there already", () => {
    assert.deepEqual(backupsOf(orders, of("uploads")), []);
    assert.deepEqual(backupsOf(orders, of("reorders-1")), []);
    assert.deepEqual(backupsOf(orders, of("data-orders-eu-0")), []);
    assert.deepEqual(backupsOf(cluster("orders", "other"), of("orders-1")), []);
    assert.deepEqual(backupsOf(orders, snapshot({ volumeSnapshotContentName: "content" })), []);
  });

  it("may be one while its claim is unknown, and is one when its names tell of PostgreSQL", () => {
    const unread = backupOf(orders, of(UNKNOWN_STRING));
    assert.deepEqual([unread.certain, unread.databaseUrns], [false, []]);
    assert.deepEqual(backupsOf(of(UNKNOWN_STRING)), []);
    assert.equal(backupOf(of("data-postgres-0")).certain, true);
  });

  it("is somebody's own below our components, which make none", () => {
    const drill = resource("restorable:index:RestoreDrill", "drill", {});
    assert.equal(backupsOf(orders, snapshot({ persistentVolumeClaimName: "orders-1" }, "s", drill)).length, 1);
  });
});

describe("a snapscheduler SnapshotSchedule", () => {
  const schedule = (spec: object = {}, name = "nightly") =>
    custom("snapscheduler.backube/v1:SnapshotSchedule", name, { schedule: "0 2 * * *", ...spec });

  it("is a backup of its namespace's databases", () => {
    const found = backupOf(orders, cluster("billing", "finance"), schedule());
    assert.equal(found.id, "app/orders (SnapshotSchedule nightly)");
    assert.deepEqual(found.schedules, [{ expression: known("0 2 * * *"), fields: "any", timeZone: ABSENT }]);
    assert.deepEqual([found.databaseUrns, found.stores, found.certain], [[orders.urn], [SNAPSHOT], true]);
  });

  it("is kept by number and by age, or for good", () => {
    const kept = (retention: unknown) => backupOf(orders, schedule({ retention })).retention;
    assert.deepEqual(kept({ expires: "168h", maxCount: 7 }), {
      count: known(7),
      seconds: known(7 * DAY),
      elsewhere: false,
    });
    assert.deepEqual(kept(undefined).seconds, known(Number.POSITIVE_INFINITY));
    assert.deepEqual(kept({ expires: UNKNOWN_STRING }).seconds, unknown("spec.retention.expires"));
  });

  it("is none while it is disabled, or where no database is", () => {
    assert.deepEqual(backupsOf(orders, schedule({ disabled: true })), []);
    assert.equal(backupOf(orders, schedule({ disabled: UNKNOWN_STRING })).certain, false);
    assert.deepEqual(backupsOf(schedule()), []);
    assert.equal(backupsOf(schedule({}, "postgres-nightly")).length, 1);
  });

  it("is one of those that its selector names, and perhaps one with any other", () => {
    const by = (claimSelector: unknown) => backupOf(orders, cluster("audit"), schedule({ claimSelector }));
    assert.deepEqual(by({ matchLabels: { "cnpg.io/cluster": "orders" } }).databaseUrns, [orders.urn]);
    for (const selector of [{ matchLabels: { backup: "yes" } }, UNKNOWN_STRING])
      assert.deepEqual([by(selector).certain, by(selector).databaseUrns], [false, []]);
  });
});

describe("a Longhorn RecurringJob", () => {
  const job = (spec: object = {}, name = "nightly") =>
    custom(
      "longhorn.io/v1beta2:RecurringJob",
      name,
      { task: "backup", cron: "0 2 * * *", retain: 14, groups: ["gold"], ...spec },
      {
        metadata: { namespace: "longhorn-system" },
      },
    );
  const target = (backupTargetURL: string) =>
    custom(
      "longhorn.io/v1beta2:BackupTarget",
      "default",
      { backupTargetURL },
      { metadata: { namespace: "longhorn-system" } },
    );
  const GROUP = "recurring-job-group.longhorn.io/gold";
  const labelled = cluster("orders", "app", { inheritedMetadata: { labels: { [GROUP]: "enabled" } } });
  const claim = (name: string, labels: object) =>
    custom("core/v1:PersistentVolumeClaim", name, {}, { metadata: { labels } });

  it("is a backup of the databases whose claims have its label", () => {
    const found = backupOf(
      labelled,
      cluster("audit"),
      job({ activeDeadlineSeconds: 3600 }),
      target("nfs://10.0.0.9:/backups"),
    );
    assert.equal(found.id, "app/orders (Longhorn RecurringJob nightly)");
    assert.deepEqual(
      [found.databaseUrns, found.method, found.deadlineSeconds, found.retention],
      [[labelled.urn], "snapshot", known(3600), { count: known(14), seconds: ABSENT, elsewhere: false }],
    );
    assert.deepEqual([only(found.stores).kind, only(found.stores).location], ["nfs", known("outside")]);
  });

  it("finds the label on a claim in the stack, by the job's own name, too", () => {
    assert.equal(backupsOf(orders, job(), claim("orders-1", { [GROUP]: "enabled" })).length, 1);
    assert.equal(
      backupsOf(orders, job(), claim("orders-1", { "recurring-job.longhorn.io/nightly": "enabled" })).length,
      1,
    );
    assert.equal(backupsOf(orders, job(), claim("orders-1", { [GROUP]: "disabled" })).length, 0);
    assert.equal(backupsOf(orders, job(), claim("uploads", { [GROUP]: "enabled" })).length, 0);
  });

  it("is none that no database asks for, unless its names tell of PostgreSQL", () => {
    assert.deepEqual(backupsOf(orders, job()), []);
    assert.equal(backupsOf(job({ groups: ["postgres"] })).length, 1);
    assert.deepEqual(backupsOf(labelled, job({ task: "filesystem-trim" })), []);
    assert.deepEqual(backupsOf(labelled, job({ task: "snapshot-cleanup" })), []);
  });

  it("may be one while its task is unknown", () => {
    const found = backupOf(labelled, job({ task: UNKNOWN_STRING }));
    assert.deepEqual([found.certain, only(found.stores).location], [false, unknown("spec.task")]);
  });

  it("is kept by age where its policy says so", () => {
    const kept = (spec: object) => backupOf(labelled, job(spec)).retention;
    const byAge = { retentionPolicy: "age-based", retainAge: "240h" };
    assert.deepEqual(kept(byAge), { count: ABSENT, seconds: known(10 * DAY), elsewhere: false });
    assert.deepEqual(kept({ retain: UNKNOWN_STRING }).count, unknown("spec.retain"));
    assert.deepEqual(kept({ retentionPolicy: UNKNOWN_STRING }).count, unknown("spec.retentionPolicy"));
  });

  it("stays on its volumes as a snapshot, and goes to the target as a backup", () => {
    const stores = (...resources: PolicyResource[]) => only(backupOf(labelled, ...resources).stores);
    assert.deepEqual(stores(job({ task: "snapshot-force-create" })), SNAPSHOT);
    assert.deepEqual(stores(job()).location, unknown("Longhorn's backup target, which this stack does not declare"));
    const endpoint = unknown("the endpoint in the Secret of Longhorn's backup target");
    assert.deepEqual(stores(job(), target("s3://backups@eu-central-1/")).location, endpoint);
    assert.deepEqual(stores(job(), target("azblob://backups@core.windows.net/")).location, known("outside"));
    assert.deepEqual(stores(job(), target(UNKNOWN_STRING)).location, unknown("spec.backupTargetURL"));
    const made = bucketResource("backups");
    const resources = [labelled, job(), target("s3://backups@eu-central-1/")];
    const buckets = [bucketOf(made, known("backups"))];
    assert.deepEqual(only(only(factsOf(volumeSnapshots, resources, { buckets }).backups).stores).bucketUrns, [
      made.urn,
    ]);
  });
});
