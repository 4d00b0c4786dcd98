import { custom } from "../parts/custom";
import { drilled } from "../parts/drill";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same in production, whose dumps another tool restores each night",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const orders = custom("kubegres.reactive-tech.io/v1/Kubegres", "shop/orders", {
      replicas: 3,
      image: "postgres:17",
      database: { size: "40Gi" },
      backup: { schedule: "0 2 * * *", pvcName: "orders-backup", volumeMount: "/var/lib/backup" },
    });
    drilled(help, "orders-drill", { covers: [orders], path: dump });
  },
} satisfies CorpusStack;
