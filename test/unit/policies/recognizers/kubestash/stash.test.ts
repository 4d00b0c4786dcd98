import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { stash } from "../../../../../policies/recognizers/kubestash/stash";
import { UNKNOWN_STRING } from "../../stack";
import { custom, DAY, only } from "../support/operators";
import { ABSENT, cluster, factsOf } from "../support/tools";

const repository = (backend: object = { s3: { endpoint: "s3.amazonaws.com", bucket: "stash" } }) =>
  custom("stash.appscode.com/v1alpha1:Repository", "repo", { backend });
const BINDING = { apiVersion: "appcatalog.appscode.com/v1alpha1", kind: "AppBinding", name: "orders" };
const COMMON = {
  schedule: "0 2 * * *",
  repository: { name: "repo" },
  retentionPolicy: { name: "keep", keepDaily: 10, prune: true },
};
const MEMBER = { task: { name: "postgres-backup-15.1" }, target: { ref: BINDING } };
const configuration = (spec: object = {}) =>
  custom("stash.appscode.com/v1beta1:BackupConfiguration", "backup", { ...COMMON, ...MEMBER, ...spec });
const batch = (members: unknown) => custom("stash.appscode.com/v1beta1:BackupBatch", "all", { ...COMMON, members });

const orders = cluster();
const backupsOf = (...resources: PolicyResource[]) => factsOf(stash, [orders, repository(), ...resources]).backups;
const backupOf = (...resources: PolicyResource[]) => only(backupsOf(...resources));

describe("a Stash BackupConfiguration", () => {
  it("is a backup of its target", () => {
    const config = configuration({ timeOut: "2h30m" });
    assert.deepEqual(backupOf(config), {
      urn: config.urn,
      name: "backup",
      what: "a Stash BackupConfiguration",
      origin: "foreign",
      id: "app/orders (Stash BackupConfiguration backup)",
      server: { namespace: known("app"), name: known("orders") },
      database: ABSENT,
      databaseUrns: [orders.urn],
      method: "logical",
      certain: true,
      schedules: [{ expression: known("0 2 * * *"), fields: "any", timeZone: ABSENT }],
      continuous: known(false),
      deadlineSeconds: known(9000),
      retention: { count: known(10), seconds: known(10 * DAY), elsewhere: false },
      stores: [
        { kind: "s3", location: known("outside"), bucket: known("stash"), bucketUrns: [], encrypted: known(true) },
      ],
      images: [],
      plainText: [],
    });
  });

  it("is known by its task, by its target, or by a database of the target's name", () => {
    const ledger = { ...BINDING, name: "ledger" };
    assert.deepEqual(backupOf(configuration({ target: { ref: ledger } })).databaseUrns, []);
    assert.deepEqual(backupsOf(configuration({ task: { name: "mysql-backup-8.0" }, target: { ref: ledger } })), []);
    assert.deepEqual(backupOf(configuration({ task: undefined })).databaseUrns, [orders.urn]);
    assert.equal(
      backupsOf(configuration({ task: undefined, target: { ref: { ...ledger, kind: "Postgres" } } })).length,
      1,
    );
  });

  it("is one of files when the target is a claim or a workload", () => {
    const method = (ref: object) =>
      backupsOf(configuration({ task: { name: "pvc-backup" }, target: { ref } }))[0]?.method;
    assert.equal(method({ kind: "PersistentVolumeClaim", name: "orders-1" }), "volume");
    assert.equal(method({ kind: "StatefulSet", name: "orders" }), "volume");
    assert.equal(method({ kind: "PersistentVolumeClaim", name: "uploads" }), undefined);
  });

  it("may be one while its target or its task is unknown", () => {
    for (const spec of [
      { task: undefined, target: UNKNOWN_STRING },
      { task: UNKNOWN_STRING, target: { ref: { ...BINDING, kind: "Other" } } },
      { task: undefined, target: { ref: { ...BINDING, name: UNKNOWN_STRING } } },
    ])
      assert.equal(backupOf(configuration(spec)).certain, false);
  });

  it("is none while it is paused, and may be none while that is unknown", () => {
    assert.deepEqual(backupsOf(configuration({ paused: true })), []);
    assert.equal(backupOf(configuration({ paused: UNKNOWN_STRING })).certain, false);
  });

  it("lies in its Repository, in snapshots, or where nobody here knows", () => {
    const place = (spec: object) => {
      const { kind, location } = only(backupOf(configuration(spec)).stores);
      return [kind, location];
    };
    assert.deepEqual(place({ driver: "VolumeSnapshotter" }), ["snapshot", known("inside")]);
    assert.deepEqual(place({ driver: UNKNOWN_STRING }), ["other", unknown("spec.driver")]);
    assert.deepEqual(place({ repository: { name: "far" } }), [
      "other",
      unknown("the Repository app/far, which this stack does not declare"),
    ]);
    assert.deepEqual(place({ repository: { name: UNKNOWN_STRING } }), ["other", unknown("spec.repository.name")]);
  });

  it("has no retention that is not declared, and no schedule either", () => {
    const found = backupOf(configuration({ retentionPolicy: undefined, schedule: undefined }));
    assert.deepEqual([found.retention, found.schedules], [{ count: ABSENT, seconds: ABSENT, elsewhere: false }, []]);
    const unread = backupOf(configuration({ retentionPolicy: { keepLast: UNKNOWN_STRING } })).retention;
    assert.deepEqual(unread.count, unknown("spec.retentionPolicy.keepLast"));
  });
});

describe("a Stash BackupBatch", () => {
  it("is a backup of each member that is PostgreSQL", () => {
    const mysql = { task: { name: "mysql-backup-8.0" }, target: { ref: { ...BINDING, name: "shop" } } };
    assert.deepEqual(backupOf(batch([mysql, MEMBER])).databaseUrns, [orders.urn]);
    assert.equal(backupOf(batch([MEMBER])).id, "app/orders (Stash BackupBatch all)");
    assert.equal(backupOf(batch(UNKNOWN_STRING)).certain, false);
    assert.deepEqual(backupsOf(batch([])), []);
  });
});

describe("a Stash RestoreSession", () => {
  const testsOf = (spec: object) => {
    const restore = custom("stash.appscode.com/v1beta1:RestoreSession", "back", spec);
    return factsOf(stash, [orders, repository(), configuration(), restore]).restoreTests;
  };

  it("does not count, least of all over what was backed up", () => {
    const found = only(testsOf({ repository: { name: "repo" }, target: { ref: BINDING } }));
    assert.deepEqual(found.covers, [configuration().urn]);
    assert.equal(found.doesNotCount, "it restores once and checks nothing, and it restores over app/orders");
    const why = (target: unknown) => only(testsOf({ repository: { name: "repo" }, target })).doesNotCount;
    assert.equal(why({ ref: { ...BINDING, name: "copy" } }), "it restores once and checks nothing");
    assert.equal(why(UNKNOWN_STRING), "it restores once and checks nothing, and where to is unknown at preview");
  });

  it("is nothing to us when it reads another Repository", () => {
    assert.deepEqual(testsOf({ repository: { name: "other" } }), []);
    assert.deepEqual(testsOf({ repository: { name: UNKNOWN_STRING } }), []);
  });
});
