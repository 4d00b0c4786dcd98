import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known } from "../../../../../policies/known";
import { UNKNOWN_STRING } from "../../stack";
import { aws, factsOf, from, only } from "./support";

const ARN = "arn:aws:rds:eu-central-1:111122223333:db:orders";
const VAULT_ARN = "arn:aws:backup:eu-central-1:111122223333:backup-vault:main";

const instance = (name: string, props: object = {}) =>
  aws("rds/Instance", name, {
    identifier: name,
    engine: "postgres",
    arn: `${ARN}${name === "orders" ? "" : name}`,
    ...props,
  });
const orders = instance("orders", { tags: { tier: "gold" } });
const vault = aws("backup/Vault", "main", { name: "main", arn: VAULT_ARN });
const selection = aws("backup/Selection", "all", { planId: "plan-1", resources: ["*"] });
const backupPlan = (rule: object = {}) =>
  aws("backup/Plan", "nightly", { id: "plan-1", rules: [{ ruleName: "daily", targetVaultName: "main", ...rule }] });
/** Databases backed up into `main`, as snapshots. */
const SNAPSHOTS = [orders, vault, backupPlan(), selection];
const CONTINUOUS = [
  instance("orders", { backupRetentionPeriod: 7 }),
  vault,
  backupPlan({ enableContinuousBackup: true }),
  selection,
];

const testingPlan = (points: object = {}, name = "weekly") =>
  aws("backup/RestoreTestingPlan", name, {
    name,
    scheduleExpression: "cron(0 6 ? * SUN *)",
    recoveryPointSelection: {
      algorithm: "LATEST_WITHIN_WINDOW",
      includeVaults: ["*"],
      recoveryPointTypes: ["SNAPSHOT"],
      ...points,
    },
  });
const testing = (props: object = {}) =>
  aws("backup/RestoreTestingSelection", "databases", {
    restoreTestingPlanName: "weekly",
    protectedResourceType: "RDS",
    protectedResourceArns: ["*"],
    iamRoleArn: "arn:aws:iam::111122223333:role/restore",
    ...props,
  });

const testsOf = (...resources: PolicyResource[]) => factsOf(...resources).restoreTests;
/** What counts as tested, by name. */
const tested = (...resources: PolicyResource[]) =>
  testsOf(...resources).flatMap((test) => (test.doesNotCount === undefined ? test.covers.map(nameOf) : []));
const nameOf = (urn: string) => urn.split("::").at(-1);
const UNKNOWN_AT_PREVIEW = "what it restores is unknown at preview";

describe("an AWS Backup restore testing plan", () => {
  it("covers the selection whose recovery points it restores", () => {
    const plan = testingPlan();
    assert.deepEqual(only(testsOf(...SNAPSHOTS, plan, testing())), {
      urn: plan.urn,
      name: "weekly",
      what: "an AWS Backup restore testing plan",
      origin: "foreign",
      covers: [selection.urn],
      copies: known("outside"),
      schedules: [{ expression: known("cron(0 6 ? * SUN *)"), fields: "aws", timeZone: known("Etc/UTC") }],
    });
  });

  it("counts with a validation window and without", () => {
    assert.deepEqual(tested(...SNAPSHOTS, testingPlan(), testing({ validationWindowHours: 4 })), ["all"]);
  });

  it("covers nothing without a selection of its own", () => {
    assert.deepEqual(testsOf(...SNAPSHOTS, testingPlan()), []);
    assert.deepEqual(testsOf(...SNAPSHOTS, testingPlan(), testing({ restoreTestingPlanName: "other" })), []);
  });

  it("covers no other kind of resource, and no other database", () => {
    const by = (props: object) => tested(...SNAPSHOTS, testingPlan(), testing(props));
    assert.deepEqual(by({ protectedResourceType: "EBS" }), []);
    assert.deepEqual(by({ protectedResourceType: "Aurora" }), []);
    assert.deepEqual(by({ protectedResourceArns: [`${ARN}-2`] }), []);
    assert.deepEqual(by({ protectedResourceArns: [ARN] }), ["all"]);
    assert.deepEqual(by({ protectedResourceArns: undefined }), []);
  });

  it("covers Aurora clusters as Aurora", () => {
    const cluster = aws("rds/Cluster", "orders", { clusterIdentifier: "orders", engine: "aurora-postgresql" });
    const stack = [cluster, vault, backupPlan(), selection, testingPlan()];
    assert.deepEqual(tested(...stack, testing({ protectedResourceType: "Aurora" })), ["all"]);
    assert.deepEqual(tested(...stack, testing()), []);
  });

  it("covers what its conditions on tags are about", () => {
    const by = (operator: string, value: string, arns: unknown = ["*"]) =>
      tested(
        ...SNAPSHOTS,
        testingPlan(),
        testing({
          protectedResourceArns: arns,
          protectedResourceConditions: { [operator]: [{ key: "aws:ResourceTag/tier", value }] },
        }),
      );
    assert.deepEqual(by("stringEquals", "gold"), ["all"]);
    assert.deepEqual(by("stringEquals", "gold", UNKNOWN_STRING), ["all"]);
    assert.deepEqual(by("stringEquals", "silver"), []);
    assert.deepEqual(by("stringNotEquals", "gold"), []);
  });

  it("covers only recovery points of the vaults that it includes, of the types that it lists", () => {
    const by = (points: object) => tested(...SNAPSHOTS, testingPlan(points), testing());
    assert.deepEqual(by({ includeVaults: [VAULT_ARN] }), ["all"]);
    assert.deepEqual(by({ includeVaults: [VAULT_ARN.replace("main", "other")] }), []);
    assert.deepEqual(by({ excludeVaults: [VAULT_ARN] }), []);
    assert.deepEqual(by({ recoveryPointTypes: ["CONTINUOUS"] }), []);
    assert.deepEqual(by({ recoveryPointTypes: ["CONTINUOUS", "SNAPSHOT"] }), ["all"]);
  });

  it("covers a copy in another vault, which is a snapshot also of a continuous backup", () => {
    const far = VAULT_ARN.replace("main", "far");
    const copied = backupPlan({ enableContinuousBackup: true, copyActions: [{ destinationVaultArn: far }] });
    assert.deepEqual(tested(orders, vault, copied, selection, testingPlan({ includeVaults: [far] }), testing()), [
      "all",
    ]);
  });

  it("finds vault, plan and database by dependency while nothing exists", () => {
    const newVault = aws("backup/Vault", "main", { name: "main", arn: UNKNOWN_STRING });
    const other = aws("backup/Vault", "other", { name: "other", arn: UNKNOWN_STRING });
    const stack = (source: PolicyResource) => {
      const plan = from(testingPlan({ includeVaults: [UNKNOWN_STRING] }), "recoveryPointSelection", source);
      const props = { restoreTestingPlanName: UNKNOWN_STRING, protectedResourceArns: [UNKNOWN_STRING] };
      const own = from(from(testing(props), "restoreTestingPlanName", plan), "protectedResourceArns", orders);
      return [orders, newVault, other, backupPlan(), selection, plan, own];
    };
    assert.deepEqual(tested(...stack(newVault)), ["all"]);
    assert.deepEqual(tested(...stack(other)), []);
  });

  it("does not count while it is unknown what it restores", () => {
    const reasons = (plan: PolicyResource, own: PolicyResource) =>
      testsOf(...SNAPSHOTS, plan, own).map(({ doesNotCount, covers }) => [doesNotCount, covers.map(nameOf)]);
    const unknown = [[UNKNOWN_AT_PREVIEW, ["all"]]];
    assert.deepEqual(reasons(testingPlan(), testing({ protectedResourceArns: [UNKNOWN_STRING] })), unknown);
    assert.deepEqual(reasons(testingPlan(), testing({ protectedResourceType: UNKNOWN_STRING })), unknown);
    assert.deepEqual(reasons(testingPlan({ includeVaults: [UNKNOWN_STRING] }), testing()), unknown);
    assert.deepEqual(reasons(testingPlan({ recoveryPointTypes: UNKNOWN_STRING }), testing()), unknown);
  });

  it("does not count for a backup of which it leaves out a database, unless another plan has that", () => {
    const stack = [orders, instance("billing"), vault, backupPlan(), selection];
    const first = [testingPlan(), testing({ protectedResourceArns: [ARN] })];
    const { covers, doesNotCount } = only(testsOf(...stack, ...first));
    assert.deepEqual([covers.map(nameOf), doesNotCount], [["all"], "it does not restore every database of the backup"]);
    const second = testingPlan({}, "second");
    const rest = aws("backup/RestoreTestingSelection", "rest", {
      restoreTestingPlanName: "second",
      protectedResourceType: "RDS",
      protectedResourceArns: [`${ARN}billing`],
    });
    assert.deepEqual(tested(...stack, ...first, second, rest), ["all", "all"]);
  });

  describe("covers RDS's automated backups", () => {
    const continuous = testingPlan({ recoveryPointTypes: ["CONTINUOUS"] });

    it("if AWS Backup makes them, as continuous backups, and the plan restores those", () => {
      assert.deepEqual(tested(...CONTINUOUS, continuous, testing()), ["orders", "all"]);
    });

    it("not if it restores snapshots", () => {
      const [, ...rest] = SNAPSHOTS as [PolicyResource, ...PolicyResource[]];
      const stack = [instance("orders", { backupRetentionPeriod: 7 }), ...rest];
      assert.deepEqual(tested(...stack, testingPlan(), testing()), ["all"]);
      assert.deepEqual(tested(...CONTINUOUS, testingPlan(), testing()), []);
    });

    it("not if AWS Backup does not have the database", () => {
      const stack = [instance("orders", { backupRetentionPeriod: 7 }), vault, continuous, testing()];
      assert.deepEqual(tested(...stack), []);
    });
  });
});
