import { plan } from "../parts/aws-backup";
import { aurora, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "Aurora in production with a writer and nobody to take over",
  environment: "production",
  refusedBy: ["cluster-is-highly-available"],
  declare(help) {
    const orders = aurora(1);
    plan({ resources: [orders.arn], copied: true });
    const path = { ...rdsRestore, engine: "aws-aurora", storageKind: "aws-backup", procedure: "start-restore-job" };
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path });
  },
} satisfies CorpusStack;
