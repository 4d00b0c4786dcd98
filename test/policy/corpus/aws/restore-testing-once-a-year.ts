import { plan, restoreTesting } from "../parts/aws-backup";
import { instance } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "AWS Backup keeps the instance, and its restore testing runs on New Year's Day",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    const orders = instance({ backupRetentionPeriod: 0 });
    const { vault } = plan({ resources: [orders.arn] });
    restoreTesting(vault, [orders.arn], "cron(0 6 1 1 ? *)");
  },
} satisfies CorpusStack;
