import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a ScheduledBackup of CloudNativePG at @daily, which its operator reads, drilled",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    objectStore("shop/orders-store");
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders", { schedule: "@daily" });
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
