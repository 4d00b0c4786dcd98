import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "drilled automated backups that are kept for three days",
  environment: "staging",
  refusedBy: ["retention-is-sufficient"],
  declare(help) {
    const orders = instance({ backupRetentionPeriod: 3 });
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
