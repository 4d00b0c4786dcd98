import assert from "node:assert/strict";
import { TYPE_TOKENS } from "../../../model/descriptor";
import { backupHasRestoreDrill } from "../../../policies/backup-has-restore-drill";
import { aBackup, aDrill, TARGET } from "../../policy/support/evidence";
import { component, resource, UNKNOWN_STRING, violations } from "./stack";

const backup = component("backup", "orders-backup", aBackup("production"));
const drill = component("drill", "orders-drill", aDrill("production"));
const found = (...resources: Parameters<typeof violations>[1]) => violations(backupHasRestoreDrill, resources);

describe("backup-has-restore-drill", () => {
  it("is silent on a stack without backups, and on a backup with its drill", () => {
    assert.deepEqual(found(), []);
    assert.deepEqual(found(backup, drill), []);
  });

  it("refuses a backup without a drill: what, which, why, what to do, where to read on", () => {
    assert.deepEqual(found(backup), [
      {
        urn: backup.urn,
        message: [
          "The backup of app/orders/orders has no restore drill.",
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
  ];
  for (const [what, changes] of others) {
    it(`is not satisfied by a drill of another ${what}`, () => {
      const [violation] = found(backup, component("drill", "other", aDrill("production", changes)));
      assert.match(
        violation?.message ?? "",
        /^The backup of app\/orders\/orders has no restore drill\.\nReason: the stack's drills are for /,
      );
    });
  }

  it("takes each backup on its own", () => {
    const target = { ...TARGET, database: "audit" };
    const second = component("backup", "audit-backup", aBackup("production", { target }));
    assert.deepEqual(
      found(backup, second, drill).map((v) => v.urn),
      [second.urn],
    );
  });

  it("refuses a backup whose descriptor is absent, unknown, unknown inside, or not valid", () => {
    const nested = { ...aBackup("production"), target: { ...TARGET, database: UNKNOWN_STRING } };
    const cases: [unknown, RegExp][] = [
      [undefined, /it registered no descriptor/],
      [UNKNOWN_STRING, /descriptor is unknown at preview/],
      [nested, /descriptor\.target\.database is unknown at preview/],
      [{ kind: "backup", version: 2 }, /its descriptor is not valid at descriptor\.version/],
      ["text", /its descriptor is not valid at descriptor/],
    ];
    for (const [descriptor, reason] of cases) {
      const violation = found(component("backup", "b", descriptor), drill)[0];
      assert.match(violation?.message ?? "", reason);
    }
  });

  it("does not count a drill whose descriptor is unknown", () => {
    assert.equal(found(backup, component("drill", "d", UNKNOWN_STRING)).length, 1);
  });
});

describe("backup-has-restore-drill on backups that this library did not make", () => {
  const cron = (container: unknown, parent?: Parameters<typeof resource>[3]) =>
    resource(
      "kubernetes:batch/v1:CronJob",
      "nightly",
      { spec: { jobTemplate: { spec: { template: { spec: { containers: [container] } } } } } },
      parent,
    );
  const dump = { name: "main", image: "postgres:17", command: ["sh", "-c", "pg_dump -Fc app | aws s3 cp - s3://b/k"] };

  const backups: [string, unknown, RegExp][] = [
    ["pg_dump in a shell line", dump, /it is a CronJob that runs pg_dump, /],
    ["pg_dumpall by its path", { image: "x", command: ["/usr/bin/pg_dumpall"] }, /runs pg_dumpall, /],
    ["pg_basebackup in args", { image: "x", args: ["pg_basebackup", "-D", "/b"] }, /runs pg_basebackup, /],
    ["a backup image", { image: "example/postgres-backup-s3:17" }, /runs a backup image/],
    [
      "pg_dump beside a part that is unknown",
      { image: "x", command: ["pg_dump", "-h", UNKNOWN_STRING] },
      /^This is a backup[\s\S]*runs pg_dump, /,
    ],
    [
      "a postgres image with a command that is unknown",
      { image: "postgres:17", command: ["sh", "-c", UNKNOWN_STRING] },
      /^This may be a backup[\s\S]*unknown at preview[\s\S]*make its command known/,
    ],
    [
      "an unknown command with PGPASSWORD in its environment",
      { image: "alpine:3", command: UNKNOWN_STRING, env: [{ name: "PGPASSWORD", value: "hush" }] },
      /^This may be a backup/,
    ],
    [
      "an unknown image with an unknown command",
      { image: UNKNOWN_STRING, args: UNKNOWN_STRING },
      /^This may be a backup/,
    ],
    ["a container that is unknown as a whole", UNKNOWN_STRING, /^This may be a backup/],
  ];
  for (const [what, container, message] of backups) {
    it(`refuses a CronJob with ${what}`, () => {
      const [violation] = found(cron(container));
      assert.match(violation?.message ?? "", message);
      assert.equal(violation?.urn, "urn:pulumi:production::shop::kubernetes:batch/v1:CronJob::nightly");
    });
  }

  const fine: [string, unknown][] = [
    ["another program", { image: "alpine:3", command: ["sh", "-c", "echo hello"] }],
    ["psql", { image: "postgres:17", command: ["psql", "-c", "VACUUM"] }],
    ["a program whose name only contains pg_dump", { image: "x", command: ["my-pg_dump-exporter", "pg_dumper"] }],
    [
      "an unknown argument and nothing of PostgreSQL",
      { image: "node:24", command: ["node", "mail.js", UNKNOWN_STRING] },
    ],
    ["an unknown image and a known command", { image: UNKNOWN_STRING, command: ["node", "mail.js"] }],
    ["no command at all", { image: "node:24" }],
  ];
  for (const [what, container] of fine) {
    it(`is silent on a CronJob with ${what}`, () => assert.deepEqual(found(cron(container)), []));
  }

  it("refuses a Job, an init container, and an unknown pod", () => {
    const job = resource("kubernetes:batch/v1:Job", "j", { spec: { template: { spec: { initContainers: [dump] } } } });
    assert.match(found(job)[0]?.message ?? "", /a Job that runs pg_dump/);
    const unknown = resource("kubernetes:batch/v1:CronJob", "c", { spec: UNKNOWN_STRING });
    assert.match(found(unknown)[0]?.message ?? "", /a CronJob whose pod is unknown at preview/);
  });

  it("refuses a CloudNativePG ScheduledBackup", () => {
    const scheduled = resource("kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "s", { spec: UNKNOWN_STRING });
    assert.match(found(scheduled)[0]?.message ?? "", /a CloudNativePG ScheduledBackup/);
  });

  it("is silent on what our own components declare, however deep below them", () => {
    const group = resource("kubernetes:yaml/v2:ConfigGroup", "g", {}, backup);
    assert.deepEqual(found(backup, drill, cron(dump, backup), cron(dump, group)), []);
    assert.equal(found(cron(dump, resource("other:index:Thing", "t", {}))).length, 1);
  });

  it("never prints what a container runs: arguments hold secrets", () => {
    const secret = {
      image: "postgres:17",
      command: ["sh", "-c", "PGPASSWORD=hush pg_dump -h db"],
      args: [UNKNOWN_STRING],
    };
    const text = JSON.stringify(found(cron(secret)));
    assert.ok(text.includes("pg_dump") && !text.includes("hush"));
  });

  it("knows our type tokens", () => {
    assert.ok(Object.values(TYPE_TOKENS).every((token) => token.startsWith("restorable:index:")));
  });
});
