import { plan } from "../parts/aws-backup";
import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drilled recovery point each Sunday is all there is, where a day's work is the most that may be lost",
  environment: "develop",
  refusedBy: ["rpo-within-objective"],
  declare(help) {
    const orders = instance({ backupRetentionPeriod: 0 });
    plan({ resources: [orders.arn], schedule: "cron(0 3 ? * SUN *)" });
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
