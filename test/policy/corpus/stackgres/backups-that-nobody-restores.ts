import type { CorpusStack } from "../parts/stack";
import { objectStorage, sgCluster } from "../parts/stackgres";

export default {
  about: "an SGCluster with nightly backups to a bucket, never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    objectStorage();
    sgCluster({ backups: [{ sgObjectStorage: "orders-storage", cronSchedule: "10 3 * * *", retention: 14 }] });
  },
} satisfies CorpusStack;
