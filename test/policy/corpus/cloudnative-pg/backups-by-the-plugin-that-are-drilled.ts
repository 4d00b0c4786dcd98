import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a cluster of three with nightly base backups and WAL in a bucket far away, restored from there each night",
  environment: "production",
  refusedBy: [],
  declare(help) {
    objectStore("shop/orders-store");
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
