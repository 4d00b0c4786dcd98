import assert from "node:assert/strict";
import { known, type Reading, unknown } from "../../../../policies/known";
import { backupHasRestoreDrill, rule } from "../../../../policies/rules/backup-has-restore-drill";
import type { Store } from "../../../../policies/stack/facts";
import {
  aBackup as aBackupDescriptor,
  aDrill,
  anExternalRestorePath,
  aRestorePath,
  aStorage,
  TARGET,
} from "../../../policy/support/evidence";
import { anExternalDrill } from "../drills";
import {
  aBackup,
  aDatabase,
  aRestoreTest,
  aStore,
  BACKUP_URN,
  DATABASE_URN,
  type Facts,
  findings,
  safeFacts,
} from "../facts";
import { component, resource, UNKNOWN_STRING, violations } from "../stack";

const backup = component("backup", "orders-backup", aBackupDescriptor("production"));
const drill = component("drill", "orders-drill", aDrill("production"));
const found = (...resources: Parameters<typeof violations>[1]) => violations(backupHasRestoreDrill, resources);

describe("backup-has-restore-drill on our own backups", () => {
  it("is silent on a stack without backups, and on a backup with its drill", () => {
    assert.deepEqual(found(), []);
    assert.deepEqual(found(backup, drill), []);
  });

  it("refuses a backup without a drill: what, which, why, what to do, where to read on", () => {
    assert.deepEqual(found(backup), [
      {
        urn: backup.urn,
        message: [
          "app/orders/orders: this backup has no restore drill.",
          "Reason: no RestoreDrill with a known descriptor is in the stack",
          "Remedy: declare a RestoreDrill for app/orders/orders",
          "Page: docs/policies/backup-has-restore-drill.md",
        ].join("\n"),
      },
    ]);
  });

  const others: [string, Parameters<typeof aDrill>[1] & object][] = [
    ["namespace", { target: { ...TARGET, namespace: "app2" } }],
    ["cluster", { target: { ...TARGET, cluster: "orders-2" } }],
    ["database", { target: { ...TARGET, database: "orders_audit" } }],
    ["environment", { environment: "staging" }],
    ["restore path", { restorePath: aRestorePath({ postgresMajor: 16 }) }],
  ];
  for (const [what, changes] of others)
    it(`is not satisfied by a drill of another ${what}`, () => {
      const [violation] = found(backup, component("drill", "other", aDrill("production", changes)));
      assert.match(
        violation?.message ?? "",
        /^app\/orders\/orders: this backup has no restore drill\.\nReason: the stack's drills are for .* in .* \(restore path [0-9a-f]{12}\), not for app\/orders\/orders in production \(restore path/,
      );
    });

  it("is satisfied by a drill of another tool that names it, in the same environment", () => {
    const external = (covers: string[], changes: object = {}) =>
      component("externalDrill", "e", anExternalDrill(covers, changes));
    assert.deepEqual(found(backup, external([backup.urn])), []);
    assert.equal(found(backup, external(["urn:another"])).length, 1);
    assert.equal(found(backup, external([backup.urn], { environment: "staging" })).length, 1);
  });

  describe("by the storage that the drill restores from", () => {
    const storage = (name: string, bucket: string) =>
      component(
        "storage",
        name,
        aStorage({ bucket, writers: [`secret app/${name}-writer`], readers: [`secret app-drill/${name}-reader`] }),
      );
    const into = (name: string, writer: string, prefix = "") =>
      component("backup", name, aBackupDescriptor("production", { writer, prefix }));
    const from = (name: string, reader: string | undefined, prefix = "") =>
      component("drill", name, aDrill("production", { ...(reader ? { reader } : {}), prefix }));
    const [a, b] = [storage("a", "bucket-a"), storage("b", "bucket-b")];
    const refused = (...resources: Parameters<typeof found>) =>
      found(...resources).map(({ urn = "" }) => urn.split("::").pop());

    it("refuses the second of two backups into two buckets with one drill", () => {
      const both = [a, b, into("one", "secret app/a-writer"), into("two", "secret app/b-writer")];
      assert.deepEqual(refused(...both, from("d", "secret app-drill/a-reader")), ["two"]);
      const drills = [from("d", "secret app-drill/a-reader"), from("e", "secret app-drill/b-reader")];
      assert.deepEqual(refused(...both, ...drills), []);
    });

    it("refuses a backup into one bucket with a drill of another one, by Secrets, by bucket, by claim and by prefix", () => {
      assert.deepEqual(refused(a, b, into("one", "secret app/b-writer"), from("d", "secret app-drill/a-reader")), [
        "one",
      ]);
      assert.deepEqual(refused(into("one", "bucket b"), from("d", "bucket a")), ["one"]);
      const volume = (name: string) =>
        component("nfsStorage", name, {
          ...aStorage({ storage: "nfs", endpoint: `nfs://nas/${name}`, bucket: undefined }),
          writers: [`claim app/${name}-writer`],
          readers: [`claim app-drill/${name}-reader`],
        });
      const volumes = [volume("a"), volume("b")];
      assert.deepEqual(refused(...volumes, into("one", "claim app/b-writer"), from("d", "claim app-drill/a-reader")), [
        "one",
      ]);
      assert.deepEqual(
        refused(...volumes, into("one", "claim app/a-writer"), from("d", "claim app-drill/a-reader")),
        [],
      );
      assert.deepEqual(refused(a, into("one", "secret app/a-writer", "new"), from("d", "secret app-drill/a-reader")), [
        "one",
      ]);
    });

    it("goes by where a storage is, and not by its name: the same bucket under two names is one", () => {
      const again = storage("again", "bucket-a");
      assert.deepEqual(
        refused(a, again, into("one", "secret app/a-writer"), from("d", "secret app-drill/again-reader")),
        [],
      );
    });

    it("lets one drill stand for one storage, and not for two, where it cannot be told which it is", () => {
      const one = into("one", "secret app/x");
      assert.deepEqual(refused(one, from("d", "secret app-drill/y")), []);
      assert.deepEqual(refused(one, from("d", undefined)), []);
      const two = into("two", "secret app/z");
      assert.deepEqual(refused(one, two, from("d", "secret app-drill/y")), ["one", "two"]);
      assert.deepEqual(refused(one, two, from("d", "secret app-drill/y"), from("e", "secret app-drill/w")), []);
    });

    it("says what is wrong and what to do", () => {
      const [violation] = found(into("one", "bucket b"), from("d", "bucket a"));
      assert.match(
        violation?.message ?? "",
        /^app\/orders\/orders: no drill restores from where this backup \(one\) goes\./,
      );
      assert.match(violation?.message ?? "", /Remedy: give the RestoreDrill the reader of the backup's own storage/);
    });
  });

  it("takes each backup on its own", () => {
    const target = { ...TARGET, database: "audit" };
    const second = component("backup", "audit-backup", aBackupDescriptor("production", { target }));
    assert.deepEqual(
      found(backup, second, drill).map((v) => v.urn),
      [second.urn],
    );
  });

  it("refuses a backup whose descriptor is absent, unknown, unknown inside, or not valid", () => {
    const nested = { ...aBackupDescriptor("production"), target: { ...TARGET, database: UNKNOWN_STRING } };
    const cases: [unknown, RegExp][] = [
      [undefined, /it registered no descriptor/],
      [UNKNOWN_STRING, /descriptor is unknown at preview/],
      [nested, /descriptor\.target\.database is unknown at preview/],
      [{ kind: "backup", version: 2 }, /its descriptor is not valid at descriptor\.version/],
      ["text", /its descriptor is not valid at descriptor/],
    ];
    for (const [descriptor, reason] of cases) {
      const [violation] = found(component("backup", "b", descriptor), drill);
      assert.match(violation?.message ?? "", /^b: nobody can tell what this backup is of, so no drill covers it\./);
      assert.match(violation?.message ?? "", reason);
    }
  });

  it("does not count a drill whose descriptor is unknown", () => {
    assert.equal(found(backup, component("drill", "d", UNKNOWN_STRING)).length, 1);
  });
});

describe("backup-has-restore-drill on backups that this library did not make", () => {
  const said = (facts: Facts) => findings(rule, facts);
  const declared = (covers: string[]) => [{ urn: "urn:e", name: "e", descriptor: anExternalDrill(covers) }];
  const untested: Facts = { ...safeFacts(), restoreTests: [] };

  it("refuses one that nothing restores: what, why, what to do", () => {
    assert.deepEqual(said(untested), [
      {
        urn: BACKUP_URN,
        verdict: "app/orders (ScheduledBackup nightly): this is a backup that nobody restores.",
        reasons: ["it is a CloudNativePG ScheduledBackup, and no restore drill covers it"],
        remedies: [
          "cover it by an ExternalRestoreDrill with the signed evidence of the tool that restores it, or declare the backup with LogicalBackup and RestoreDrill instead",
        ],
      },
    ]);
  });

  it("says that it may be none where that is unknown, and how to make it known", () => {
    const [finding] = said({ ...untested, backups: [aBackup({ certain: false })] });
    assert.match(finding?.verdict ?? "", /: this may be a backup that nobody restores\.$/);
    assert.match(finding?.remedies.at(-1) ?? "", /^or make what is unknown known at preview/);
  });

  it("is satisfied by a restore test that covers it, or a drill of another tool that covers it or its database", () => {
    assert.deepEqual(said({ ...untested, restoreTests: [aRestoreTest({ covers: [BACKUP_URN] })] }), []);
    for (const covered of [BACKUP_URN, DATABASE_URN])
      assert.deepEqual(said({ ...untested, drills: declared([covered]) }), []);
  });

  it("does not take the restore of what is no backup of the database for one that excuses the others", () => {
    const partial = aBackup({ urn: "partial", doesNotCount: "it is suspended" });
    const found = said({
      ...untested,
      backups: [aBackup(), partial],
      restoreTests: [aRestoreTest({ covers: ["partial"] })],
    });
    assert.deepEqual(
      found.map(({ urn, shown }) => [urn, shown]),
      [[BACKUP_URN, undefined]],
    );
  });

  it("shows further backups of a database that has a tested one, and refuses the only one that it has", () => {
    const automated = aBackup({ urn: "automated", id: "aws/orders (automated backups)", method: "managed" });
    const both = { ...untested, backups: [aBackup(), automated] };
    const [shown, ...others] = said({ ...both, restoreTests: [aRestoreTest({ covers: [BACKUP_URN] })] });
    assert.deepEqual(others, []);
    assert.equal(shown?.shown, true);
    assert.equal(
      shown?.verdict,
      "aws/orders (automated backups): nobody restores this backup, and another one of the same database is restored.",
    );
    assert.deepEqual(
      said(both).map(({ shown }) => shown),
      [undefined, undefined],
    );
    const elsewhere = aBackup({ ...automated, databaseUrns: ["another"] });
    const tested = { ...both, restoreTests: [aRestoreTest({ covers: [BACKUP_URN] })] };
    assert.deepEqual(
      said({ ...tested, backups: [aBackup(), elsewhere] }).map(({ shown }) => shown),
      [undefined],
    );
    const doubtful = { ...tested, backups: [aBackup({ certain: false }), automated] };
    assert.deepEqual(
      said(doubtful).map(({ shown }) => shown),
      [undefined],
    );
    const several = aBackup({ ...automated, databaseUrns: [DATABASE_URN, "another"] });
    assert.deepEqual(
      said({ ...tested, backups: [aBackup(), several] }).map(({ shown }) => shown),
      [undefined],
    );
  });

  it("is not satisfied by a drill of another kind of storage: a bucket's says nothing of a claim", () => {
    const drilling = (kind: string, stored: Store["kind"]) => {
      const restorePath = anExternalRestorePath({ storage: { kind, copy: "outside" } });
      const drills = [{ urn: "e", name: "e", descriptor: anExternalDrill([BACKUP_URN], { restorePath }) }];
      return said({ ...untested, backups: [aBackup({ stores: [aStore({ kind: stored })] })], drills }).length;
    };
    const refused: [string, Store["kind"]][] = [
      ["s3", "volume"],
      ["s3-compatible", "nfs"],
      ["pvc", "s3"],
      ["gcs", "azure"],
    ];
    for (const [kind, stored] of refused) assert.equal(drilling(kind, stored), 1, `${kind} ${stored}`);
    const fine: [string, Store["kind"]][] = [
      ["s3", "s3"],
      ["restic-s3", "s3"],
      ["volume", "volume"],
      ["nfs", "nfs"],
      ["gcs", "gcs"],
      ["s3", "aws-backup"],
      ["s3", "other"],
      ["tape", "volume"],
    ];
    for (const [kind, stored] of fine) assert.equal(drilling(kind, stored), 0, `${kind} ${stored}`);
    // MinIO in the same cluster lies on its volumes.
    const restorePath = anExternalRestorePath({ storage: { kind: "volume", copy: "inside" } });
    const drills = [{ urn: "e", name: "e", descriptor: anExternalDrill([BACKUP_URN], { restorePath }) }];
    const minio = aBackup({ stores: [aStore({ kind: "s3", location: known("inside") })] });
    assert.deepEqual(said({ ...untested, backups: [minio], drills }), []);
  });

  it("is not satisfied by a test of another backup of the same database, or a drill of another method", () => {
    assert.equal(said({ ...untested, restoreTests: [aRestoreTest({ covers: [DATABASE_URN] })] }).length, 1);
    const dumps = { ...untested, backups: [aBackup({ method: "logical" })], drills: declared([BACKUP_URN]) };
    assert.deepEqual(said(dumps)[0]?.reasons, [
      "it is a CloudNativePG ScheduledBackup, and no restore drill covers it",
      "an ExternalRestoreDrill names it, and restores backups of another method, or from another kind of storage, than this one makes",
    ]);
  });

  it("is not satisfied by what covers another one, or by a drill whose descriptor is unknown", () => {
    assert.equal(said({ ...untested, restoreTests: [aRestoreTest({ covers: ["urn:other"] })] }).length, 1);
    assert.equal(said({ ...untested, drills: declared(["urn:other"]) }).length, 1);
    assert.equal(said({ ...untested, drills: [{ urn: "urn:e", name: "e", problem: "unknown" }] }).length, 1);
  });

  it("does not count a restore that aims at production or checks nothing, and says why", () => {
    const doesNotCount = "it restores into the namespace that it is a backup of";
    assert.deepEqual(said({ ...untested, restoreTests: [aRestoreTest({ doesNotCount })] })[0]?.reasons, [
      "it is a CloudNativePG ScheduledBackup, and no restore drill covers it",
      `a CronJob that runs pg_restore (restore) does not count: ${doesNotCount}`,
    ]);
    assert.deepEqual(said({ ...safeFacts(), restoreTests: [aRestoreTest({ doesNotCount }), aRestoreTest()] }), []);
  });

  it("does not count a restore test that is over, has not begun, or runs too rarely", () => {
    const reasons = (expression: Reading<string>, config = {}) => {
      const schedules = [{ expression, fields: "aws" as const, timeZone: known("Etc/UTC") }];
      return findings(rule, { ...untested, restoreTests: [aRestoreTest({ schedules })] }, { config })[0]?.reasons[1];
    };
    for (const endless of ["cron(0 6 ? * SUN 2020)", "cron(0 6 ? * SUN 2099)", "cron(0 6 1 1 ? 2027)"])
      assert.match(
        reasons(known(endless)) ?? "",
        /does not count: .* comes to an end, has not begun, or never runs twice$/,
      );
    for (const rare of ["cron(0 6 1 1 ? *)", "cron(0 6 1 * ? *)", "rate(9 days)"])
      assert.match(reasons(known(rare)) ?? "", /pass between runs of .*, and a restore counts for 8d$/, rare);
    for (const often of ["cron(0 6 ? * SUN *)", "cron(0 6 * * ? *)", "rate(8 days)"])
      assert.equal(reasons(known(often)), undefined, often);
    assert.match(reasons(known("0 6 * * *")) ?? "", /does not count: it never runs: /);
    assert.match(reasons(unknown("scheduleExpression")) ?? "", /does not count: when it runs is unknown at preview$/);
    assert.match(reasons(known("cron(0 6 ? * SUN *)"), { restoreTestInterval: "26h" }) ?? "", /counts for 1d 2h$/);
    assert.equal(reasons(known("cron(0 6 1 * ? *)"), { restoreTestInterval: "32d" }), undefined);
  });

  it("says of a backup of a part that it is one", () => {
    const doesNotCount = "it dumps single tables, not the database";
    const [finding] = said({ ...untested, backups: [aBackup({ doesNotCount })] });
    assert.equal(finding?.reasons[1], doesNotCount);
  });

  it("wants every database restored that one backup is of", () => {
    const audit = aDatabase({ urn: "urn:audit", id: { ...aDatabase().id, name: { state: "known", value: "audit" } } });
    const both = {
      databases: [aDatabase(), audit],
      backups: [aBackup({ databaseUrns: [DATABASE_URN, audit.urn] })],
      drills: declared([DATABASE_URN]),
    };
    assert.match(said(both)[0]?.reasons[0] ?? "", /and no restore drill of app\/audit covers it$/);
    assert.deepEqual(said({ ...both, drills: declared([DATABASE_URN, audit.urn]) }), []);
    assert.deepEqual(said({ ...both, restoreTests: [aRestoreTest({ covers: [BACKUP_URN] })] }), []);
  });

  it("refuses a raw CronJob, a Job and a ScheduledBackup as the stack declares them, each by its URN", () => {
    const containers = [{ image: "postgres:17", command: ["pg_dump", "app"] }];
    const template = { spec: { containers } };
    const raw = [
      resource("kubernetes:batch/v1:CronJob", "nightly", { spec: { jobTemplate: { spec: { template } } } }),
      resource("kubernetes:batch/v1:Job", "once", { spec: { template } }),
      resource("kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "base", {
        metadata: { name: "base", namespace: "app" },
        spec: { schedule: "0 0 2 * * *", cluster: { name: "orders" } },
      }),
    ];
    const refused = found(...raw);
    assert.deepEqual(
      refused.map(({ urn }) => urn),
      raw.map(({ urn }) => urn),
    );
    for (const { message } of refused) assert.match(message, /this is a backup that nobody restores/);
  });

  it("finds a backup beside a resource of a million lines, in little time", () => {
    const lines = "pg_dump pgbackrest wal-g s3://bucket postgres://u:p@orders-rw/app\n".repeat(1_000_000);
    const big = [
      resource("kubernetes:core/v1:ConfigMap", "big", { metadata: { name: "big" }, data: { lines } }),
      resource("kubernetes:yaml/v2:ConfigGroup", "group", {
        yaml: lines,
        objs: Array.from({ length: 100_000 }, () => ({ kind: "CronJob" })),
      }),
    ];
    const started = Date.now();
    assert.deepEqual(
      found(...big, backup).map(({ urn }) => urn),
      [backup.urn],
    );
    assert.ok(Date.now() - started < 2000, `${Date.now() - started} ms`);
  });
});
