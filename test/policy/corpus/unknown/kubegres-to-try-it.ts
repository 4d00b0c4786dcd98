import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same in develop: nothing is refused, and it is not passed over in silence",
  environment: "develop",
  refusedBy: [],
  advised: ["backup-report"],
  declare() {
    custom("kubegres.reactive-tech.io/v1/Kubegres", "shop/orders", {
      replicas: 3,
      image: "postgres:17",
      database: { size: "40Gi" },
      backup: { schedule: "0 2 * * *", pvcName: "orders-backup", volumeMount: "/var/lib/backup" },
    });
  },
} satisfies CorpusStack;
