import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a ScheduledBackup that somebody has suspended: it takes no backups, so there are none",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare(help) {
    objectStore("shop/orders-store");
    const orders = cluster("shop/orders", archivingTo("orders-store"));
    nightly("shop/orders-nightly", "orders", { suspend: true });
    drilled(help, "orders-drill", { covers: [orders], path: barman });
  },
} satisfies CorpusStack;
