import { plan } from "../parts/aws-backup";
import { instance } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "AWS Backup keeps the instance, and nobody has ever restored it",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    const orders = instance({ backupRetentionPeriod: 0 });
    plan({ resources: [orders.arn] });
  },
} satisfies CorpusStack;
