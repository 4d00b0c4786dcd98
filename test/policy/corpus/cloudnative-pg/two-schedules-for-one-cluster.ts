import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a nightly base backup and one on Sundays at noon, to the same store: the drill covers the cluster, so both",
  environment: "production",
  refusedBy: [],
  declare(help) {
    objectStore("shop/orders-store");
    const orders = cluster("shop/orders", archivingTo("orders-store"));
    nightly("shop/orders-nightly", "orders");
    nightly("shop/orders-sundays", "orders", { schedule: "0 0 12 * * 0" });
    drilled(help, "orders-drill", { covers: [orders], path: barman });
  },
} satisfies CorpusStack;
