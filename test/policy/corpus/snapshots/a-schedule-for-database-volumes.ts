import { cluster } from "../parts/cloudnative-pg";
import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a SnapshotSchedule for the volumes of a cluster, from which nobody has ever started one",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    cluster("shop/orders");
    custom("snapscheduler.backube/v1/SnapshotSchedule", "shop/orders-volumes", {
      schedule: "0 4 * * *",
      claimSelector: { matchLabels: { "cnpg.io/cluster": "orders" } },
      retention: { expires: "336h", maxCount: 14 },
      snapshotTemplate: { snapshotClassName: "csi-fast" },
    });
  },
} satisfies CorpusStack;
