import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "drilled backups that are kept for three days: a mistake on Friday is found on Tuesday",
  environment: "staging",
  refusedBy: ["retention-is-sufficient"],
  declare(help) {
    objectStore("shop/orders-store", {}, { retentionPolicy: "3d" });
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
