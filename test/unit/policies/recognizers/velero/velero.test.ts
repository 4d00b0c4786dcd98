import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { velero } from "../../../../../policies/recognizers/velero/velero";
import { resource, UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, DAY, only } from "../support/operators";
import { ABSENT, cluster, factsOf, rds } from "../support/tools";

const IN_VELERO = { metadata: { namespace: "velero" } };
const schedule = (template: unknown = {}, spec: object = {}, name = "nightly") =>
  custom("velero.io/v1:Schedule", name, { schedule: "0 2 * * *", template, ...spec }, IN_VELERO);
const backup = (spec: unknown = {}, name = "before-upgrade") => custom("velero.io/v1:Backup", name, spec, IN_VELERO);
const location = (spec: object = {}, name = "default") =>
  custom(
    "velero.io/v1:BackupStorageLocation",
    name,
    { provider: "aws", objectStorage: { bucket: "velero" }, ...spec },
    IN_VELERO,
  );
const restore = (spec: object) => custom("velero.io/v1:Restore", "back", spec, IN_VELERO);

const orders = cluster();
const billing = cluster("billing", "finance");
const FILES = { defaultVolumesToFsBackup: true };

const backupsOf = (...resources: PolicyResource[]) => factsOf(velero, resources).backups;
const backupOf = (...resources: PolicyResource[]) => only(backupsOf(...resources));

describe("a Velero Schedule", () => {
  it("dumps by a hook that stands in the annotations of a pod in one of its namespaces", () => {
    const command = '["/bin/sh", "-c", "pg_dump -U postgres app > /dumps/app"]';
    const pod = (text: string, namespace = "app") =>
      custom(
        "apps/v1:StatefulSet",
        "pg",
        { template: { metadata: { annotations: { "pre.hook.backup.velero.io/command": text } }, spec: {} } },
        { metadata: { namespace } },
      );
    const nightly = schedule({ includedNamespaces: ["app"], ...FILES });
    assert.deepEqual(
      [backupOf(nightly, pod(command)).what, backupOf(nightly, pod(command)).method],
      ["a Velero Schedule whose hooks run pg_dump", "logical"],
    );
    assert.equal(backupsOf(nightly, pod("pg_dumpall -f /x")).length, 1);
    assert.deepEqual(backupsOf(nightly, pod(command, "other")), []);
    assert.deepEqual(backupsOf(nightly, pod('["/bin/sh", "-c", "echo pg_dump; psql -c CHECKPOINT"]')), []);
  });

  it("is a backup of the databases in its namespaces", () => {
    const nightly = schedule({ includedNamespaces: ["app"], ttl: "168h0m0s", ...FILES });
    assert.deepEqual(backupOf(orders, billing, location(), nightly), {
      urn: nightly.urn,
      name: "nightly",
      what: "a Velero Schedule",
      origin: "foreign",
      id: "app/orders (Velero Schedule nightly)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [orders.urn],
      method: "volume",
      certain: true,
      schedules: [{ expression: known("0 2 * * *"), fields: "any", timeZone: ABSENT }],
      continuous: known(false),
      deadlineSeconds: ABSENT,
      retention: { count: ABSENT, seconds: known(7 * DAY), elsewhere: false },
      stores: [{ kind: "s3", location: known("outside"), bucket: known("velero"), bucketUrns: [], encrypted: ABSENT }],
      images: [],
      plainText: [],
    });
  });

  it("is one of every namespace without a list, or with a star, minus the excluded ones", () => {
    for (const template of [{}, { includedNamespaces: ["*"] }, { includedNamespaces: ["ap*", "fin*"] }]) {
      const found = backupOf(orders, billing, schedule(template));
      assert.deepEqual(found.databaseUrns, [orders.urn, billing.urn]);
      assert.equal(found.id, "app/orders, finance/billing (Velero Schedule nightly)");
      assert.equal(found.server, undefined);
    }
    const except = backupOf(orders, billing, schedule({ excludedNamespaces: ["finance"] }));
    assert.deepEqual(except.databaseUrns, [orders.urn]);
  });

  it("is none of databases that it does not reach", () => {
    assert.deepEqual(backupsOf(orders, schedule({ includedNamespaces: ["monitoring"] })), []);
    assert.deepEqual(backupsOf(orders, schedule({ excludedNamespaces: ["app"] })), []);
    assert.deepEqual(backupsOf(schedule()), []);
    assert.deepEqual(factsOf(velero, [schedule()], { databases: [rds()] }).backups, []);
  });

  it("is none while it is paused, and may be none while that is unknown", () => {
    assert.deepEqual(backupsOf(orders, schedule({}, { paused: true })), []);
    assert.equal(backupOf(orders, schedule({}, { paused: UNKNOWN_STRING })).certain, false);
  });

  it("is none when it saves manifests and no volumes", () => {
    assert.deepEqual(backupsOf(orders, schedule({ includedResources: ["deployments", "secrets"] })), []);
    assert.deepEqual(backupsOf(orders, schedule({ excludedNamespacedResources: ["*"] })), []);
    assert.equal(backupsOf(orders, schedule({ includedResources: ["persistentvolumeclaims"] })).length, 1);
  });

  it("may be one of anything while its namespaces are unknown", () => {
    for (const template of [
      UNKNOWN_STRING,
      { includedNamespaces: [UNKNOWN_STRING] },
      { includedNamespaces: UNKNOWN_STRING },
    ]) {
      const found = backupOf(orders, schedule(template));
      assert.deepEqual([found.certain, found.databaseUrns], [false, []]);
    }
    const excluding = backupOf(orders, schedule({ excludedNamespaces: [UNKNOWN_STRING] }));
    assert.deepEqual([excluding.certain, excluding.databaseUrns], [false, []]);
    assert.equal(backupOf(cluster("orders", UNKNOWN_STRING), schedule({ includedNamespaces: ["app"] })).certain, false);
  });

  it("is one of the database that its label selector names, and perhaps one with any other selector", () => {
    const other = cluster("audit");
    const byName = { labelSelector: { matchLabels: { "cnpg.io/cluster": "orders" } } };
    assert.deepEqual(backupOf(orders, other, schedule(byName)).databaseUrns, [orders.urn]);
    const byExpression = {
      orLabelSelectors: [{ matchExpressions: [{ key: "c", operator: "In", values: ["audit"] }] }],
    };
    assert.deepEqual(backupOf(orders, other, schedule(byExpression)).databaseUrns, [other.urn]);
    const not = { labelSelector: { matchExpressions: [{ key: "c", operator: "NotIn", values: ["orders"] }] } };
    for (const template of [
      not,
      { labelSelector: { matchLabels: { tier: "gold" } } },
      { labelSelector: UNKNOWN_STRING },
    ]) {
      const found = backupOf(orders, schedule(template));
      assert.deepEqual([found.certain, found.databaseUrns], [false, []]);
    }
  });

  it("is a logical backup when its hooks dump PostgreSQL, also where no database is declared", () => {
    const exec = { container: "db", command: ["/bin/sh", "-c", "PGPASSWORD=geheim pg_dump app > /backup/app.sql"] };
    const template = { ...FILES, hooks: { resources: [{ name: "dump", pre: [{ exec }] }] } };
    const found = backupOf(schedule(template));
    assert.deepEqual(
      [found.what, found.method, found.certain, found.id, found.plainText],
      [
        "a Velero Schedule whose hooks run pg_dump",
        "logical",
        true,
        "velero/nightly (Velero Schedule nightly)",
        [{ path: "spec.template.hooks.resources[0].pre[0].exec.command" }],
      ],
    );
  });

  it("is one of a PostgreSQL that its names tell of, if the stack declares no database", () => {
    assert.equal(backupsOf(schedule({ includedNamespaces: ["postgres"] })).length, 1);
    assert.equal(backupsOf(schedule({}, {}, "pg-nightly")).length, 1);
    assert.equal(backupsOf(orders, schedule({ includedNamespaces: ["postgres"] })).length, 0);
  });

  it("keeps backups for thirty days unless it says otherwise", () => {
    const kept = (ttl: unknown) => backupOf(orders, schedule({ ttl })).retention.seconds;
    assert.deepEqual(kept(undefined), known(30 * DAY));
    assert.deepEqual(kept("0s"), known(30 * DAY));
    assert.deepEqual(kept("36h30m"), known(36.5 * 3600));
    assert.deepEqual(kept(UNKNOWN_STRING), unknown("spec.template.ttl"));
  });

  it("has macros, and a time zone before the expression", () => {
    const read = (text: string) => only(backupOf(orders, schedule({}, { schedule: text })).schedules);
    assert.deepEqual(read("@daily"), { expression: known("@daily"), fields: "any", timeZone: ABSENT });
    const zoned = { expression: known("0 2 * * *"), fields: "any", timeZone: known("Europe/Zurich") };
    assert.deepEqual(read("CRON_TZ=Europe/Zurich 0 2 * * *"), zoned);
    assert.deepEqual(read("TZ=Europe/Zurich 0 2 * * *"), zoned);
    assert.deepEqual(read(UNKNOWN_STRING).expression, unknown("spec.schedule"));
  });
});

describe("a Velero backup's copies", () => {
  const storesOf = (template: object, ...resources: PolicyResource[]) =>
    backupOf(orders, schedule(template), ...resources).stores;
  const SNAPSHOT = { kind: "snapshot", location: known("inside"), bucket: ABSENT, bucketUrns: [], encrypted: ABSENT };

  it("are snapshots beside the volumes, unless files are copied or snapshots are moved", () => {
    assert.deepEqual(storesOf({}, location()), [SNAPSHOT]);
    assert.equal(backupOf(orders, schedule()).method, "snapshot");
    assert.equal(only(storesOf({ snapshotMoveData: true }, location())).kind, "s3");
    assert.equal(only(storesOf({ defaultVolumesToRestic: true }, location())).kind, "s3");
  });

  it("are nowhere for sure without snapshots and without files", () => {
    const found = backupOf(orders, location(), schedule({ snapshotVolumes: false }));
    assert.deepEqual([found.certain, found.method], [false, "unknown"]);
  });

  it("are unknown while it is unknown which of both it is", () => {
    const [store] = storesOf({ snapshotMoveData: UNKNOWN_STRING });
    assert.deepEqual(store?.location, unknown("spec.template.snapshotMoveData"));
  });

  it("lie in the location that the backup names, or in the default one", () => {
    const inside = location({ default: true, config: { s3Url: "http://minio.storage.svc:9000" } }, "lab");
    const outside = location({ provider: "velero.io/gcp", objectStorage: { bucket: "far" } }, "far");
    const place = (template: object) => {
      const { kind, location: where, bucket } = only(storesOf({ ...FILES, ...template }, inside, outside));
      return [kind, where, bucket];
    };
    assert.deepEqual(place({}), ["s3", known("inside"), known("velero")]);
    assert.deepEqual(place({ storageLocation: "far" }), ["gcs", known("outside"), known("far")]);
    assert.deepEqual(place({ storageLocation: UNKNOWN_STRING })[1], unknown("spec.template.storageLocation"));
  });

  it("are unknown without the location in the stack, or with one in another namespace", () => {
    const elsewhere = custom("velero.io/v1:BackupStorageLocation", "default", { provider: "aws" });
    const [store] = storesOf(FILES, elsewhere);
    assert.deepEqual(store?.location, unknown("the BackupStorageLocation default, which this stack does not declare"));
  });

  it("find their bucket in the stack by its name, and by where the name comes from", () => {
    const made = bucketResource("backups");
    const named = bucketOf(made, known("velero"));
    const found = (place: PolicyResource) =>
      only(only(factsOf(velero, [orders, schedule(FILES), place], { buckets: [named] }).backups).stores).bucketUrns;
    assert.deepEqual(found(location()), [made.urn]);
    assert.deepEqual(found(location({ objectStorage: { bucket: "another" } })), []);
    const unread = { provider: "aws", objectStorage: { bucket: UNKNOWN_STRING } };
    const from = custom("velero.io/v1:BackupStorageLocation", "default", unread, { ...IN_VELERO, from: [made] });
    assert.deepEqual(found(from), [made.urn]);
  });

  it("follow the flags and locations of a Velero that Helm installs", () => {
    const chart = (configuration: unknown) =>
      resource("kubernetes:helm.sh/v3:Release", "velero", {
        chart: "velero",
        name: "velero",
        namespace: "velero",
        values: { configuration },
      });
    const release = chart({
      defaultSnapshotMoveData: true,
      defaultBackupTTL: "240h",
      backupStorageLocation: [{ name: "default", provider: "azure", bucket: "velero" }],
    });
    const found = backupOf(orders, schedule(), release);
    assert.deepEqual([found.method, found.retention.seconds], ["volume", known(10 * DAY)]);
    assert.deepEqual([only(found.stores).kind, only(found.stores).location], ["azure", known("outside")]);
    assert.deepEqual(only(storesOf({ snapshotMoveData: false }, release)).kind, "snapshot");
    assert.equal(backupOf(orders, schedule(), chart(UNKNOWN_STRING)).method, "unknown");
  });
});

describe("a Velero Backup", () => {
  it("is one that runs once", () => {
    const found = backupOf(orders, location(), backup({ includedNamespaces: ["app"], ...FILES }));
    assert.deepEqual([found.id, found.schedules], ["app/orders (Velero Backup before-upgrade)", []]);
    assert.deepEqual(backupsOf(orders, backup({ includedNamespaces: ["other"] })), []);
  });
});

describe("a Velero Restore", () => {
  const testOf = (spec: object, ...more: PolicyResource[]) =>
    only(
      factsOf(velero, [orders, location(), schedule({ includedNamespaces: ["app"], ...FILES }), ...more, restore(spec)])
        .restoreTests,
    );

  it("does not count, and says so when it restores over what runs", () => {
    const found = testOf({ scheduleName: "nightly" });
    assert.deepEqual(found, {
      urn: found.urn,
      name: "back",
      what: "a Velero Restore",
      origin: "foreign",
      covers: [schedule().urn],
      doesNotCount: "it checks nothing, and it restores over what runs: it has no namespaceMapping",
      overSource: true,
      copies: known("outside"),
      schedules: [],
    });
  });

  it("does not count in another namespace either, or where nobody knows", () => {
    const why = (namespaceMapping: unknown) => testOf({ scheduleName: "nightly", namespaceMapping }).doesNotCount ?? "";
    assert.match(why({ app: "drill" }), /it restores into another namespace, where nobody looks at the data$/);
    assert.match(why({ other: "drill" }), /its namespaceMapping leaves app where it is$/);
    assert.match(why({ app: UNKNOWN_STRING }), /where it restores to is unknown at preview$/);
    assert.match(why(UNKNOWN_STRING), /where it restores to is unknown at preview$/);
  });

  it("covers a Backup by its name, and a Schedule by its run's name", () => {
    const once = backup({ includedNamespaces: ["app"] });
    assert.deepEqual(testOf({ backupName: "before-upgrade" }, once).covers, [once.urn]);
    assert.deepEqual(testOf({ backupName: "nightly-20260101020000" }).covers, [schedule().urn]);
  });

  it("is nothing to us when it restores something else, or nobody knows what", () => {
    for (const spec of [{ backupName: "wordpress" }, { backupName: UNKNOWN_STRING }, {}])
      assert.deepEqual(factsOf(velero, [orders, schedule(), restore(spec)]).restoreTests, []);
  });
});
