import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";
import { objectStorage, sgCluster, sgRestore } from "../parts/stackgres";

export default {
  about:
    "an SGCluster of three whose nightly backups lie far away and are restored; its images are the operator's choice",
  environment: "production",
  refusedBy: [],
  declare(help) {
    objectStorage();
    const orders = sgCluster({
      backups: [{ sgObjectStorage: "orders-storage", cronSchedule: "10 3 * * *", retention: 14 }],
    });
    drilled(help, "orders-drill", { covers: [orders], path: sgRestore });
  },
} satisfies CorpusStack;
