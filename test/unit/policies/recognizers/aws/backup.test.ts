import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { UNKNOWN_STRING } from "../../stack";
import { aws, DAY, factsOf, from, only, unknownGiven } from "./support";

const ABSENT = { state: "absent" };
const ARN = "arn:aws:rds:eu-central-1:111122223333:db:orders";

const instance = (name: string, props: object = {}) =>
  aws("rds/Instance", name, { identifier: name, engine: "postgres", ...props });
const orders = instance("orders", { arn: ARN, tags: { backup: "daily", stage: "prod" }, storageEncrypted: true });
/** The same before it exists. */
const newOrders = instance("orders", { arn: UNKNOWN_STRING, tags: { backup: "daily" } });

const vault = aws("backup/Vault", "main", { name: "main" });
const RULE = {
  ruleName: "daily",
  targetVaultName: "main",
  schedule: "cron(0 2 * * ? *)",
  lifecycle: { deleteAfter: 30 },
};
const plan = (...rules: object[]) => aws("backup/Plan", "nightly", { id: "plan-1", rules });
const selection = (props: object) => aws("backup/Selection", "all", { planId: "plan-1", ...props });
const everything = selection({ resources: ["*"] });

const backupsOf = (...resources: PolicyResource[]) => factsOf(...resources).backups;
const backupOf = (...resources: PolicyResource[]) => only(backupsOf(...resources));

describe("an AWS Backup selection", () => {
  it("is a backup of the databases it selects, by the rules of its plan", () => {
    const facts = factsOf(orders, vault, plan(RULE), selection({ resources: [ARN] }));
    assert.deepEqual(only(facts.backups), {
      urn: only(facts.backups).urn,
      name: "all",
      what: "an AWS Backup selection",
      origin: "foreign",
      id: "aws/orders (AWS Backup selection all)",
      server: { namespace: known("aws"), name: known("orders") },
      database: known("*"),
      databaseUrns: [orders.urn],
      method: "managed",
      certain: true,
      schedules: [{ expression: known("cron(0 2 * * ? *)"), fields: "aws", timeZone: known("Etc/UTC") }],
      continuous: known(false),
      deadlineSeconds: known(4 * 3600),
      retention: { count: ABSENT, seconds: known(30 * DAY), elsewhere: false },
      stores: [
        {
          kind: "aws-backup",
          location: known("outside"),
          bucket: known("main"),
          bucketUrns: [vault.urn],
          encrypted: known(true),
        },
      ],
      images: [],
      plainText: [],
    });
  });

  it("is found by dependency while nothing exists", () => {
    const daily = plan(RULE);
    const own = selection({ planId: UNKNOWN_STRING, resources: [UNKNOWN_STRING] });
    from(from(own, "planId", daily), "resources", newOrders);
    const { databaseUrns, certain, schedules } = backupOf(newOrders, vault, daily, own);
    assert.deepEqual([databaseUrns, certain, schedules.length], [[newOrders.urn], true, 1]);
  });

  it("is no backup of databases it does not select, and none without a database in the stack", () => {
    const other = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";
    assert.deepEqual(backupsOf(orders, plan(RULE), selection({ resources: [other] })), []);
    assert.deepEqual(backupsOf(plan(RULE), everything), []);
    const queue = aws("sqs/Queue", "queue", {});
    const elsewhere = from(selection({ resources: [UNKNOWN_STRING] }), "resources", queue);
    assert.deepEqual(backupsOf(newOrders, plan(RULE), elsewhere), []);
  });

  it("is an uncertain backup of no database when nobody can say what it selects", () => {
    const { certain, databaseUrns, id, stores } = backupOf(
      orders,
      plan(RULE),
      selection({ resources: [UNKNOWN_STRING] }),
    );
    assert.deepEqual([certain, databaseUrns], [false, []]);
    assert.equal(id, "aws/? (AWS Backup selection all)");
    assert.deepEqual(only(stores).encrypted, unknown("resources"));
  });

  it("selects by patterns, before and after the database exists", () => {
    const selected = (pattern: string, database = newOrders) =>
      backupsOf(database, plan(RULE), selection({ resources: [pattern] })).length === 1;
    for (const pattern of ["*", "arn:aws:rds:*:*:db:*", "arn:aws:rds:*", "arn:*:rds:*:*:db:ord*", ARN]) {
      assert.ok(selected(pattern), pattern);
      assert.ok(selected(pattern, orders), pattern);
    }
    for (const pattern of ["arn:aws:rds:*:*:cluster:*", "arn:aws:rds:*:*:db:billing", "arn:aws:ec2:*", `${ARN}-2`]) {
      assert.ok(!selected(pattern), pattern);
      assert.ok(!selected(pattern, orders), pattern);
    }
  });

  it("does not know whether a pattern for some names fits a name that AWS will give", () => {
    const unnamed = aws("rds/Cluster", "orders", { clusterIdentifier: UNKNOWN_STRING, engine: "aurora-postgresql" });
    const certain = (pattern: string) =>
      backupsOf(unnamed, plan(RULE), selection({ resources: [pattern] }))
        .filter(({ urn }) => urn !== unnamed.urn)
        .map((backup) => backup.certain);
    assert.deepEqual(certain("arn:aws:rds:*:*:cluster:*"), [true]);
    assert.deepEqual(certain("arn:aws:rds:*:*:cluster:prod-*"), [false]);
    assert.deepEqual(certain("arn:aws:rds:*:*:db:*"), []);
  });

  it("selects by tags: by any of several, and by all of several conditions", () => {
    const count = (props: object, database = orders) => backupsOf(database, plan(RULE), selection(props)).length;
    const tag = (key: string, value: string) => ({ type: "STRINGEQUALS", key, value });
    assert.equal(count({ selectionTags: [tag("backup", "daily")] }), 1);
    assert.equal(count({ selectionTags: [tag("backup", "hourly"), tag("stage", "prod")] }), 1);
    assert.equal(count({ selectionTags: [tag("backup", "hourly")] }), 0);
    const condition = (key: string, value: string) => ({ key: `aws:ResourceTag/${key}`, value });
    const both = [condition("backup", "daily"), condition("stage", "prod")];
    assert.equal(count({ resources: ["*"], conditions: [{ stringEquals: both }] }), 1);
    assert.equal(count({ resources: ["*"], conditions: [{ stringEquals: [...both, condition("a", "b")] }] }), 0);
    assert.equal(count({ resources: ["*"], conditions: [{ stringLikes: [condition("stage", "pr*")] }] }), 1);
    assert.equal(count({ resources: ["*"], conditions: [{ stringNotEquals: [condition("stage", "prod")] }] }), 0);
    assert.equal(count({ resources: ["*"], conditions: [{ stringNotLikes: [condition("stage", "te*")] }] }), 1);
    assert.equal(count({ resources: ["*"], conditions: UNKNOWN_STRING, notResources: UNKNOWN_STRING }), 1);
  });

  it("does not know what it selects by tags that are unknown, or by a tag beside another database's name", () => {
    const tags = [{ type: "STRINGEQUALS", key: "backup", value: "daily" }];
    const tagged = unknownGiven("rds/Instance", "orders", { identifier: "orders", engine: "postgres" }, "tags");
    assert.equal(backupOf(tagged, plan(RULE), selection({ selectionTags: tags })).certain, false);
    const beside = selection({ selectionTags: tags, resources: [`${ARN}-2`] });
    assert.equal(backupOf(orders, plan(RULE), beside).certain, false);
  });

  it("leaves out what it excludes", () => {
    const without = (notResources: unknown[]) => selection({ resources: ["*"], notResources });
    assert.deepEqual(backupsOf(orders, plan(RULE), without([ARN])), []);
    assert.deepEqual(backupsOf(newOrders, plan(RULE), from(without([UNKNOWN_STRING]), "notResources", newOrders)), []);
    assert.equal(backupOf(orders, plan(RULE), without(["arn:aws:ec2:*"])).certain, true);
  });

  it("is one backup of several databases, encrypted if all of them are", () => {
    const { id, server, databaseUrns, stores } = backupOf(orders, instance("billing"), plan(RULE), everything);
    assert.equal(id, "aws/* (AWS Backup selection all)");
    assert.equal(server, undefined);
    assert.equal(databaseUrns.length, 2);
    assert.deepEqual(only(stores).encrypted, known(false));
  });

  it("knows nothing of a plan in another stack", () => {
    const { schedules, retention, continuous, stores } = backupOf(
      orders,
      selection({ planId: "plan-2", resources: ["*"] }),
    );
    assert.deepEqual(only(schedules).expression, unknown("planId"));
    assert.deepEqual([retention.seconds, continuous, only(stores).bucket], Array(3).fill(unknown("planId")));
  });
});

describe("the rules of an AWS Backup plan", () => {
  const by = (...rules: object[]) => backupOf(orders, vault, plan(...rules), everything);

  it("have AWS's defaults: every day at five, snapshots kept for ever", () => {
    const { schedules, retention, continuous } = by({ ruleName: "default", targetVaultName: "main" });
    assert.deepEqual(only(schedules).expression, known("cron(0 5 ? * * *)"));
    assert.deepEqual(retention.seconds, known(36_500 * DAY));
    assert.deepEqual(continuous, known(false));
  });

  it("are taken together: every schedule, the longest life, the longest run, any continuous backup", () => {
    const monthly = { ...RULE, schedule: "cron(0 3 1 * ? *)", lifecycle: { deleteAfter: 365 }, completionWindow: 600 };
    const continuous = { ...RULE, enableContinuousBackup: true, lifecycle: { deleteAfter: 90 } };
    const backup = by(continuous, monthly);
    assert.equal(backup.schedules.length, 2);
    assert.deepEqual(backup.retention.seconds, known(365 * DAY));
    assert.deepEqual(backup.deadlineSeconds, known(660 * 60));
    assert.deepEqual(backup.continuous, known(true));
    assert.deepEqual(by(continuous).retention.seconds, known(35 * DAY));
  });

  it("are unknown where they are", () => {
    const backup = by({
      ...RULE,
      schedule: UNKNOWN_STRING,
      lifecycle: { deleteAfter: UNKNOWN_STRING },
      enableContinuousBackup: UNKNOWN_STRING,
      startWindow: UNKNOWN_STRING,
      targetVaultName: UNKNOWN_STRING,
    });
    const states = [
      only(backup.schedules).expression,
      backup.retention.seconds,
      backup.continuous,
      backup.deadlineSeconds,
      only(backup.stores).bucket,
    ].map(({ state }) => state);
    assert.deepEqual(states, Array(5).fill("unknown"));
  });

  it("copy to other vaults, by ARN or by dependency", () => {
    const arn = "arn:aws:backup:eu-west-1:111122223333:backup-vault:far";
    const stores = (rule: object, ...vaults: PolicyResource[]) => {
      const daily = from(plan({ ...RULE, ...rule }), "rules", vault, ...vaults);
      return backupOf(orders, vault, ...vaults, daily, everything).stores.map(({ bucket, bucketUrns }) => [
        bucket,
        bucketUrns,
      ]);
    };
    const main = [known("main"), [vault.urn]];
    assert.deepEqual(stores({ copyActions: [{ destinationVaultArn: arn }] }), [main, [known("far"), []]]);
    const far = aws("backup/Vault", "far", { name: "far", arn: UNKNOWN_STRING });
    const copies = { copyActions: [{ destinationVaultArn: UNKNOWN_STRING }] };
    assert.deepEqual(stores(copies, far), [main, [known("far"), [far.urn]]]);
    const gapped = { targetLogicallyAirGappedBackupVaultArn: arn };
    assert.deepEqual(stores(gapped), [main, [known("far"), []]]);
  });
});

describe("AWS Backup vaults", () => {
  const factOf = (...resources: PolicyResource[]) => only(factsOf(...resources).buckets);

  it("are encrypted, private and versioned by nature", () => {
    assert.deepEqual(factOf(vault), {
      urn: vault.urn,
      name: "main",
      what: "an AWS Backup vault",
      origin: "foreign",
      bucket: known("main"),
      encrypted: known(true),
      private: known(true),
      versioned: known(true),
      immutable: known(false),
      lockEnabled: known(false),
      expirySeconds: ABSENT,
      forceDestroy: known(false),
      keepsItself: true,
      protect: false,
    });
  });

  it("are immutable by a lock with a minimum, and say if that is unknown", () => {
    const lock = (props: object) => aws("backup/VaultLockConfiguration", "lock", { backupVaultName: "main", ...props });
    const { immutable, lockEnabled } = factOf(vault, lock({ minRetentionDays: 7, maxRetentionDays: 100 }));
    assert.deepEqual([immutable, lockEnabled], [known(true), known(true)]);
    const without = factOf(vault, lock({ changeableForDays: 3 }));
    assert.deepEqual([without.immutable, without.lockEnabled], [known(false), known(true)]);
    assert.deepEqual(factOf(vault, lock({ minRetentionDays: 0 })).immutable, known(false));
    const later = factOf(vault, lock({ minRetentionDays: UNKNOWN_STRING }));
    assert.deepEqual(later.immutable, unknown("minRetentionDays"));
    assert.deepEqual(factOf(vault, lock({ backupVaultName: "other", minRetentionDays: 7 })).lockEnabled, known(false));
  });
});
