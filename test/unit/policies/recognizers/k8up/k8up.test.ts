import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { k8up } from "../../../../../policies/recognizers/k8up/k8up";
import { UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, DAY, only } from "../support/operators";
import { ABSENT, cluster, factsOf } from "../support/tools";

const S3 = { s3: { endpoint: "https://s3.eu-central-1.amazonaws.com", bucket: "k8up" } };
const schedule = (spec: object = {}, metadata: object = {}) =>
  custom("k8up.io/v1:Schedule", "nightly", { backend: S3, backup: { schedule: "0 2 * * *" }, ...spec }, { metadata });
const backup = (spec: object = {}) => custom("k8up.io/v1:Backup", "once", { backend: S3, ...spec });
const preBackupPod = (backupCommand: unknown, env: object[] = []) =>
  custom("k8up.io/v1:PreBackupPod", "dump", {
    backupCommand,
    pod: { spec: { containers: [{ name: "dump", image: "postgres:17", env }] } },
  });
const statefulSet = (annotations: object) =>
  custom("apps/v1:StatefulSet", "db", {
    template: { metadata: { annotations }, spec: { containers: [{ name: "db" }] } },
  });

const orders = cluster();
const backupsOf = (...resources: PolicyResource[]) => factsOf(k8up, resources).backups;
const backupOf = (...resources: PolicyResource[]) => only(backupsOf(...resources));

describe("a K8up Schedule", () => {
  it("is a backup of the databases in its namespace", () => {
    const nightly = schedule({
      backup: { schedule: "0 2 * * *", activeDeadlineSeconds: 7200 },
      prune: { retention: { keepDaily: 14, keepLast: 3 } },
    });
    assert.deepEqual(backupOf(orders, cluster("billing", "finance"), nightly), {
      urn: nightly.urn,
      name: "nightly",
      what: "a K8up Schedule",
      origin: "foreign",
      id: "app/orders (K8up Schedule nightly)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [orders.urn],
      method: "volume",
      certain: true,
      schedules: [{ expression: known("0 2 * * *"), fields: "k8up", timeZone: ABSENT }],
      continuous: known(false),
      deadlineSeconds: known(7200),
      retention: { count: known(14), seconds: known(14 * DAY), elsewhere: false },
      stores: [
        { kind: "s3", location: known("outside"), bucket: known("k8up"), bucketUrns: [], encrypted: known(true) },
      ],
      images: [],
      plainText: [],
    });
  });

  it("is none where no database is and nothing dumps one, or where it only prunes", () => {
    assert.deepEqual(backupsOf(schedule()), []);
    assert.deepEqual(backupsOf(cluster("orders", "other"), schedule()), []);
    assert.deepEqual(backupsOf(orders, schedule({ backup: undefined, prune: {} })), []);
    assert.deepEqual(backupsOf(schedule(), preBackupPod("mysqldump --all-databases")), []);
  });

  it("may be one of anything while its namespace is unknown", () => {
    const found = backupOf(orders, schedule({}, { namespace: UNKNOWN_STRING }));
    assert.deepEqual([found.certain, found.databaseUrns], [false, []]);
  });

  it("is one of those that its label selectors name, and perhaps one with others", () => {
    const selecting = (matchLabels: object) =>
      backupOf(orders, schedule({ backup: { schedule: "@daily", labelSelectors: [{ matchLabels }] } }));
    assert.deepEqual(selecting({ "cnpg.io/cluster": "orders" }).databaseUrns, [orders.urn]);
    assert.equal(selecting({ tier: "gold" }).certain, false);
  });

  it("leaves out a database whose claims are annotated so", () => {
    const without = cluster("orders", "app", { inheritedMetadata: { annotations: { "k8up.io/backup": "false" } } });
    assert.deepEqual(backupsOf(without, schedule()), []);
  });

  it("is a logical backup when a PreBackupPod dumps a database, whose host it names", () => {
    const elsewhere = cluster("billing", "finance");
    const pod = preBackupPod("sh -c 'pg_dump -Fc billing'", [{ name: "PGHOST", value: "billing-rw.finance.svc" }]);
    const found = backupOf(elsewhere, schedule(), pod);
    assert.deepEqual(
      [found.what, found.method, found.databaseUrns, found.database],
      ["a K8up Schedule whose pods run pg_dump", "logical", [elsewhere.urn], ABSENT],
    );
    assert.deepEqual(backupOf(schedule(), preBackupPod("pg_dumpall")).databaseUrns, []);
  });

  it("is one when a pod's annotation dumps a database", () => {
    const dumping = statefulSet({ "k8up.io/backupcommand": "pg_dumpall --clean" });
    assert.equal(backupOf(schedule(), dumping).method, "logical");
    const inherited = cluster("orders", "app", {
      inheritedMetadata: { annotations: { "k8up.io/backup": "false", "k8up.io/backupcommand": "pg_dump app" } },
    });
    assert.equal(backupOf(inherited, schedule()).method, "logical");
    assert.deepEqual(backupsOf(schedule(), statefulSet({ "k8up.io/file-extension": ".sql" })), []);
  });

  it("may be one while the command is unknown", () => {
    const found = backupOf(schedule(), preBackupPod(UNKNOWN_STRING));
    assert.deepEqual([found.certain, found.method], [false, "unknown"]);
  });

  it("shows passwords in plain text, and not what they are", () => {
    const pod = preBackupPod("PGPASSWORD=geheim pg_dump app", [{ name: "PGPASSWORD", value: "geheim" }]);
    assert.deepEqual(backupOf(schedule(), pod).plainText, [
      { path: "spec.backupCommand" },
      { path: "spec.pod.spec.containers[0].env.PGPASSWORD" },
    ]);
    assert.deepEqual(backupOf(schedule(), preBackupPod('PGPASSWORD="$PASSWORD" pg_dump app')).plainText, []);
  });

  it("has macros, of which the random ones are as far apart as the others", () => {
    const read = (text: unknown) =>
      only(backupOf(orders, schedule({ backup: { schedule: text } })).schedules).expression;
    assert.deepEqual(read("@daily-random"), known("@daily"));
    assert.deepEqual(read("@hourly"), known("@hourly"));
    assert.deepEqual(read(UNKNOWN_STRING), unknown("spec.backup.schedule"));
    assert.deepEqual(read(undefined), ABSENT);
  });

  it("keeps what its namespace's prune keeps, and everything without one", () => {
    const kept = (...resources: PolicyResource[]) => backupOf(orders, ...resources).retention;
    assert.deepEqual(kept(schedule()).seconds, known(Number.POSITIVE_INFINITY));
    const pruning = { retention: { keepWeekly: 5, keepMonthly: 0 } };
    const weekly = { count: known(5), seconds: known(35 * DAY), elsewhere: false };
    assert.deepEqual(kept(schedule(), custom("k8up.io/v1:Prune", "prune", pruning)), weekly);
    assert.deepEqual(kept(backup(), schedule({ backup: undefined, prune: pruning })), weekly);
    const unread = kept(schedule({ prune: { retention: { keepDaily: UNKNOWN_STRING, keepLast: 3 } } }));
    const path = unknown("spec.prune.retention.keepDaily");
    assert.deepEqual(unread, { count: path, seconds: path, elsewhere: false });
    assert.deepEqual(kept(schedule({ prune: {} })), { count: ABSENT, seconds: ABSENT, elsewhere: false });
  });
});

describe("K8up's repositories", () => {
  const storeOf = (backend: unknown, own?: object) => {
    const { kind, location, encrypted } = only(
      backupOf(orders, schedule({ backend, backup: { schedule: "@daily", ...(own ? { backend: own } : {}) } })).stores,
    );
    assert.deepEqual(encrypted, known(true));
    return [kind, location];
  };

  it("are where the backend says, the backup's own first", () => {
    assert.deepEqual(storeOf(S3, { s3: { endpoint: "http://minio:9000", bucket: "b" } }), ["s3", known("inside")]);
    assert.deepEqual(storeOf({ gcs: { bucket: "b" } }), ["gcs", known("outside")]);
    assert.deepEqual(storeOf({ azure: { container: "b" } }), ["azure", known("outside")]);
    assert.deepEqual(storeOf({ b2: { bucket: "b" } }), ["other", known("outside")]);
    assert.deepEqual(storeOf({ rest: { url: "http://rest-server.backup.svc:8000" } }), ["other", known("inside")]);
    assert.deepEqual(storeOf({ local: { mountPath: "/backup" } }), ["volume", known("inside")]);
  });

  it("are unknown where the operator decides, or the preview does", () => {
    const operators = unknown("the S3 endpoint that K8up's operator has for all");
    assert.deepEqual(storeOf({ s3: { bucket: "b" } }), ["s3", operators]);
    assert.deepEqual(storeOf(undefined), ["other", unknown("the backend that K8up's operator has for all")]);
    assert.deepEqual(storeOf({ s3: { endpoint: UNKNOWN_STRING } }), ["s3", unknown("spec.backend.s3.endpoint")]);
  });

  it("are found among the stack's buckets", () => {
    const made = bucketResource("backups");
    const buckets = [bucketOf(made, known("k8up"))];
    const found = only(factsOf(k8up, [orders, schedule()], { buckets }).backups);
    assert.deepEqual(only(found.stores).bucketUrns, [made.urn]);
  });
});

describe("K8up's Backup, Check and Restore", () => {
  const testsOf = (...resources: PolicyResource[]) => factsOf(k8up, [orders, ...resources]).restoreTests;

  it("a Backup is one that runs once", () => {
    assert.deepEqual(backupOf(orders, backup()).schedules, []);
    assert.equal(backupOf(orders, backup()).id, "app/orders (K8up Backup once)");
  });

  it("a Check restores nothing", () => {
    const check = custom("k8up.io/v1:Check", "check", { backend: S3 });
    assert.deepEqual(only(testsOf(schedule(), check)), {
      urn: check.urn,
      name: "check",
      what: "a K8up Check",
      origin: "foreign",
      covers: [schedule().urn],
      doesNotCount: "it checks the repository and restores nothing",
      copies: known("outside"),
      schedules: [],
    });
  });

  it("a Restore checks nothing, and neither does what a Schedule does of either kind", () => {
    const restore = custom("k8up.io/v1:Restore", "back", { restoreMethod: { folder: { claimName: "x" } } });
    assert.equal(only(testsOf(schedule(), restore)).doesNotCount, "it copies files back and checks nothing");
    const tests = testsOf(schedule({ check: { schedule: "@weekly-random" }, restore: { schedule: "@monthly" } }));
    assert.deepEqual(
      tests.map(({ what, doesNotCount }) => `${what}: ${doesNotCount}`),
      [
        "the check of a K8up Schedule: it checks the repository and restores nothing",
        "the restore of a K8up Schedule: it copies files back and checks nothing",
      ],
    );
    assert.deepEqual(only(tests[0]?.schedules ?? []).expression, known("@weekly"));
  });

  it("are nothing to us where no PostgreSQL is backed up", () => {
    const check = custom("k8up.io/v1:Check", "check", { backend: S3 }, { metadata: { namespace: "other" } });
    assert.deepEqual(testsOf(schedule(), check), []);
    assert.deepEqual(factsOf(k8up, [schedule({ check: {} })]).restoreTests, []);
  });
});
