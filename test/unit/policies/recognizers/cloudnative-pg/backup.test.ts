import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { cloudNativePg } from "../../../../../policies/recognizers/cloudnative-pg/cloudnative-pg";
import { UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, DAY, factsOf, only } from "../support/operators";
import { backupOf, cluster, IN_TREE, objectStore, PLUGIN, scheduled, storeOf } from "./support";

describe("a CloudNativePG ScheduledBackup", () => {
  it("is a backup of its Cluster, into the store of the cluster's plugin", () => {
    const bucket = bucketResource("backups");
    const facts = bucketOf(bucket, known("backups"));
    const own = cluster({ plugins: [PLUGIN] });
    const made = scheduled();
    const store = objectStore(
      { ...IN_TREE, data: { encryption: "AES256" }, wal: { encryption: "AES256" } },
      { retentionPolicy: "30d" },
    );
    assert.deepEqual(backupOf([own, store, made], [facts]), {
      urn: made.urn,
      name: "nightly",
      what: "a CloudNativePG ScheduledBackup",
      origin: "foreign",
      id: "app/orders (ScheduledBackup nightly)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [own.urn],
      method: "physical",
      certain: true,
      schedules: [{ expression: known("0 0 2 * * *"), fields: "cnpg", timeZone: ABSENT }],
      continuous: known(true),
      deadlineSeconds: ABSENT,
      retention: { count: ABSENT, seconds: known(30 * DAY), elsewhere: false },
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

  it("makes none while it is suspended, and may make none when that is unknown", () => {
    assert.deepEqual(factsOf(cloudNativePg, [cluster(), scheduled({ suspend: true })]).backups, []);
    assert.equal(backupOf([cluster(), scheduled({ suspend: UNKNOWN_STRING })]).certain, false);
    assert.equal(backupOf([cluster(), scheduled({ suspend: false })]).certain, true);
  });

  it("has no schedule by `immediate` alone, and an unknown one when it is unknown", () => {
    assert.deepEqual(backupOf([scheduled({ schedule: undefined, immediate: true })]).schedules, []);
    const [schedule] = backupOf([scheduled({ schedule: UNKNOWN_STRING })]).schedules;
    assert.deepEqual(schedule, { expression: unknown("spec.schedule"), fields: "cnpg", timeZone: ABSENT });
  });

  it("is of the Cluster with its name in its namespace, and of no other", () => {
    const other = cluster({}, { metadata: { namespace: "b" } });
    const similar = cluster({}, {}, "orders-eu");
    const made = backupOf([other, similar, scheduled()]);
    assert.deepEqual(made.databaseUrns, []);
    assert.deepEqual([made.id, made.continuous], ["app/orders (ScheduledBackup nightly)", ABSENT]);
  });

  it("is of the Cluster that it was made from while the name is unknown, unless there are several", () => {
    const own = cluster({ plugins: [PLUGIN] }, { metadata: { name: UNKNOWN_STRING } });
    const made = () => scheduled({ cluster: { name: UNKNOWN_STRING } }, { from: [own] });
    assert.deepEqual(backupOf([own, made()]).databaseUrns, [own.urn]);
    const second = cluster({}, {}, "second");
    assert.deepEqual(
      backupOf([own, second, scheduled({ cluster: { name: UNKNOWN_STRING } }, { from: [own, second] })]).databaseUrns,
      [],
    );
    assert.deepEqual(backupOf([own, scheduled({ cluster: { name: UNKNOWN_STRING } })]).databaseUrns, []);
  });

  it("archives continuously as its Cluster says", () => {
    const continuous = (spec: object, metadata: object = {}) =>
      backupOf([cluster(spec, { metadata }), scheduled()]).continuous;
    const plugin = (change: object) => ({ plugins: [{ ...PLUGIN, ...change }] });
    assert.deepEqual(continuous(plugin({})), known(true));
    assert.deepEqual(continuous(plugin({ isWALArchiver: false })), known(false));
    assert.deepEqual(continuous(plugin({ isWALArchiver: undefined })), known(false));
    assert.deepEqual(continuous(plugin({ enabled: false })), known(false));
    assert.equal(continuous(plugin({ isWALArchiver: UNKNOWN_STRING })).state, "unknown");
    assert.deepEqual(continuous({ plugins: UNKNOWN_STRING }), unknown("spec.plugins"));
    assert.deepEqual(continuous({ backup: { barmanObjectStore: IN_TREE } }), known(true));
    assert.deepEqual(continuous({}), known(false));
    const skipped = (value: string) => ({ annotations: { "cnpg.io/skipWalArchiving": value } });
    assert.deepEqual(continuous(plugin({}), skipped("enabled")), known(false));
    assert.equal(continuous(plugin({}), skipped(UNKNOWN_STRING)).state, "unknown");
  });

  it("with volume snapshots stays in the cluster", () => {
    const made = backupOf([cluster({ plugins: [PLUGIN] }), scheduled({ method: "volumeSnapshot" })]);
    assert.equal(made.method, "snapshot");
    assert.deepEqual(only(made.stores), {
      kind: "snapshot",
      location: known("inside"),
      bucket: ABSENT,
      bucketUrns: [],
      encrypted: ABSENT,
    });
    assert.deepEqual(made.retention, { count: ABSENT, seconds: ABSENT, elsewhere: false });
  });

  it("goes to the Cluster's own store in tree, which is the default, with the Cluster's retention", () => {
    const own = cluster({ backup: { barmanObjectStore: IN_TREE, retentionPolicy: "4w" } });
    const made = backupOf([own, scheduled({ method: undefined })]);
    assert.deepEqual([made.method, made.retention.seconds], ["physical", known(28 * DAY)]);
    assert.deepEqual([only(made.stores).bucket, only(made.stores).location], [known("backups"), known("outside")]);
    // Nothing to back up to: such a backup fails.
    assert.deepEqual(backupOf([cluster(), scheduled({ method: undefined })]).stores, []);
  });

  it("has a method that nobody knows when that is unknown", () => {
    const made = backupOf([cluster({ plugins: [PLUGIN] }), scheduled({ method: UNKNOWN_STRING })]);
    assert.equal(made.method, "unknown");
    assert.deepEqual(
      [only(made.stores).location, made.retention.seconds],
      [unknown("spec.method"), unknown("spec.method")],
    );
  });

  it("is kept elsewhere when its store is declared elsewhere", () => {
    const missing = backupOf([cluster({ plugins: [PLUGIN] }), scheduled()]);
    assert.deepEqual(
      only(missing.stores).location,
      unknown("the ObjectStore store, which this stack does not declare"),
    );
    assert.equal(missing.retention.elsewhere, true);
    const alone = backupOf([scheduled()]);
    assert.deepEqual(only(alone.stores).location, unknown("the Cluster, which this stack does not declare"));
    assert.equal(alone.retention.elsewhere, true);
    const other = objectStore(IN_TREE, {}, { metadata: { namespace: "b" } });
    assert.equal(only(backupOf([cluster({ plugins: [PLUGIN] }), other, scheduled()]).stores).location.state, "unknown");
  });

  it("of another plugin goes where nobody here knows", () => {
    const made = backupOf([
      cluster({ plugins: [PLUGIN] }),
      scheduled({ pluginConfiguration: { name: "other.example" } }),
    ]);
    assert.deepEqual(only(made.stores).location, unknown("where another plugin stores"));
    assert.equal(made.retention.elsewhere, false);
  });

  it("finds the store by the ObjectStore's dependencies while names are unknown", () => {
    const store = objectStore(IN_TREE, {}, { metadata: { name: UNKNOWN_STRING } });
    const plugin = { ...PLUGIN, parameters: { barmanObjectName: UNKNOWN_STRING } };
    const own = cluster({ plugins: [plugin] }, { from: [store] });
    assert.deepEqual(storeOf([own, store, scheduled()]).bucket, known("backups"));
    assert.deepEqual(
      storeOf([cluster({ plugins: [plugin] }), store, scheduled()]).location,
      unknown("parameters.barmanObjectName"),
    );
  });
});

describe("a CloudNativePG Backup", () => {
  it("is a backup without a schedule", () => {
    const own = cluster({ plugins: [PLUGIN] });
    const spec = { cluster: { name: "orders" }, method: "plugin", pluginConfiguration: { name: PLUGIN.name } };
    const made = backupOf([own, objectStore(IN_TREE), custom("postgresql.cnpg.io/v1:Backup", "before-upgrade", spec)]);
    assert.deepEqual(
      [made.what, made.id, made.schedules, made.databaseUrns],
      ["a CloudNativePG Backup", "app/orders (Backup before-upgrade)", [], [own.urn]],
    );
  });
});
