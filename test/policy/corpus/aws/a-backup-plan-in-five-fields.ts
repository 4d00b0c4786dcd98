import { plan } from "../parts/aws-backup";
import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a plan whose cron expression has crontab's five fields, where AWS reads six: nobody knows when it would run",
  environment: "develop",
  refusedBy: ["cron-fields-match", "rpo-within-objective"],
  declare(help) {
    const orders = instance({ backupRetentionPeriod: 0 });
    plan({ resources: [orders.arn], schedule: "cron(0 3 * * *)" });
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
