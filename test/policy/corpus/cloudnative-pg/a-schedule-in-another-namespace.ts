import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the schedule stands in another namespace than its cluster, where there is no cluster of that name",
  environment: "staging",
  // Of the cluster there is no backup; and what the stray schedule would back up, nobody restores.
  refusedBy: ["backup-has-restore-drill", "database-has-backup"],
  declare() {
    objectStore("shop/orders-store");
    cluster("shop/orders", archivingTo("orders-store"));
    nightly("operations/orders-nightly", "orders");
  },
} satisfies CorpusStack;
