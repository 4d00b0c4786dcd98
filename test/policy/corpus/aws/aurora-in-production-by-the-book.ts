import { plan } from "../parts/aws-backup";
import { aurora, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "Aurora of three instances, its own backups, and AWS Backup's copies in another region, restored from there",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const orders = aurora(3);
    plan({ resources: [orders.arn], copied: true });
    const path = { ...rdsRestore, engine: "aws-aurora", storageKind: "aws-backup", procedure: "start-restore-job" };
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path });
  },
} satisfies CorpusStack;
