import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a nightly pg_dump onto a volume beside the database: nobody restores it, nothing says how long it is kept",
  environment: "production",
  refusedBy: ["backup-has-restore-drill", "copy-outside-cluster", "retention-is-sufficient"],
  declare() {
    boundedCronJob("orders-dump", {
      image: POSTGRES,
      command: shell("pg_dump -Fc -f /backup/orders-$(date +%F).dump"),
      env: ORDERS,
      volumeMounts: [{ name: "backup", mountPath: "/backup" }],
      volumes: [{ name: "backup", persistentVolumeClaim: { claimName: "orders-backup" } }],
    });
  },
} satisfies CorpusStack;
