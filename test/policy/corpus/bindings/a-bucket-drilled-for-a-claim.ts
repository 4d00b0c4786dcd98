import { drilled } from "../parts/drill";
import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a dump onto a claim, and a drill that restores from a bucket",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      image: POSTGRES,
      command: shell("pg_dump -Fc -f /backup/orders.dump"),
      env: [...ORDERS, { name: "BACKUP_KEEP_DAYS", value: "30" }],
      volumeMounts: [{ name: "backup", mountPath: "/backup" }],
      volumes: [{ name: "backup", persistentVolumeClaim: { claimName: "orders-backup" } }],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
