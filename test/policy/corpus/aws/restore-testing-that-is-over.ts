import { plan, restoreTesting } from "../parts/aws-backup";
import { instance } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "AWS Backup keeps the instance, and its restore testing ran for the last time in 2020",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    const orders = instance({ backupRetentionPeriod: 0 });
    const { vault } = plan({ resources: [orders.arn] });
    restoreTesting(vault, [orders.arn], "cron(0 6 ? * SUN 2020)");
  },
} satisfies CorpusStack;
