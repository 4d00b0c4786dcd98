import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "Kubegres, which the gate does not know, with backups onto a claim that nobody restores",
  environment: "production",
  refusedBy: ["database-is-recognized"],
  declare() {
    custom("kubegres.reactive-tech.io/v1/Kubegres", "shop/orders", {
      replicas: 3,
      image: "postgres:17",
      database: { size: "40Gi" },
      backup: { schedule: "0 2 * * *", pvcName: "orders-backup", volumeMount: "/var/lib/backup" },
    });
  },
} satisfies CorpusStack;
