import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

const ROLE = "arn:aws:iam::000000000000:role/backups";

interface PlanArgs {
  resources: pulumi.Input<string>[];
  /** @default "cron(0 3 * * ? *)" */
  schedule?: string;
  /** Whether each recovery point is copied into a vault in another region. */
  copied?: boolean;
  /** In minutes. @default it begins within an hour and ends within another */
  windows?: { startWindow?: number; completionWindow?: number };
}

/** The provider's own are an hour to begin and three more to end. */
const WINDOWS = { startWindow: 60, completionWindow: 60 };

/** An AWS Backup plan `nightly` with a vault of its own, five weeks kept. */
export function plan({ resources, schedule = "cron(0 3 * * ? *)", copied = false, windows = WINDOWS }: PlanArgs) {
  const vault = new aws.backup.Vault("recovery-points", { kmsKeyArn: key("eu-central-1") }, { protect: true });
  const lifecycle = { deleteAfter: 35 };
  const copyActions = copied ? [{ destinationVaultArn: vaultElsewhere().arn, lifecycle }] : undefined;
  const rule = { ruleName: "nightly", targetVaultName: vault.name, schedule, ...windows, lifecycle, copyActions };
  const backupPlan = new aws.backup.Plan("nightly", { name: "nightly", rules: [rule] });
  const selection = new aws.backup.Selection("databases", {
    name: "databases",
    iamRoleArn: ROLE,
    planId: backupPlan.id,
    resources,
  });
  return { vault, backupPlan, selection };
}

function vaultElsewhere() {
  const provider = new aws.Provider("far-away", { region: "eu-west-1" });
  return new aws.backup.Vault(
    "recovery-points-elsewhere",
    { kmsKeyArn: key("eu-west-1") },
    { provider, protect: true },
  );
}

const key = (region: string) => `arn:aws:kms:${region}:000000000000:key/0f0f0f0f-0000-4000-8000-000000000002`;

/** A restore testing plan that restores the newest recovery point of `resources` and leaves time to look at it. */
export function restoreTesting(
  vault: aws.backup.Vault,
  resources: pulumi.Input<string>[],
  scheduleExpression = "cron(0 6 ? * SUN *)",
) {
  const testing = new aws.backup.RestoreTestingPlan("weekly", {
    name: "weekly",
    scheduleExpression,
    recoveryPointSelection: {
      algorithm: "LATEST_WITHIN_WINDOW",
      includeVaults: [vault.arn],
      recoveryPointTypes: ["SNAPSHOT"],
      selectionWindowDays: 7,
    },
  });
  return new aws.backup.RestoreTestingSelection("databases-tested", {
    name: "databases_tested",
    restoreTestingPlanName: testing.name,
    protectedResourceType: "RDS",
    protectedResourceArns: resources,
    iamRoleArn: ROLE,
    validationWindowHours: 8,
  });
}
