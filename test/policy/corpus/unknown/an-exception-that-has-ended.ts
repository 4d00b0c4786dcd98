import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same, with an exception that was to end long ago",
  environment: "production",
  refusedBy: ["database-is-recognized"],
  configuration: {
    "database-is-recognized": {
      allowed: [
        {
          type: "kubernetes:kubegres.reactive-tech.io/v1:Kubegres",
          name: "orders",
          reason: "a copy for reports, made anew each night from the real one",
          until: "2024-12-31",
        },
      ],
    },
  },
  declare() {
    custom("kubegres.reactive-tech.io/v1/Kubegres", "shop/orders", {
      replicas: 3,
      image: "postgres:17",
      database: { size: "40Gi" },
      backup: { schedule: "0 2 * * *", pvcName: "orders-backup", volumeMount: "/var/lib/backup" },
    });
  },
} satisfies CorpusStack;
