import { archivingTo, cluster, objectStore } from "../parts/cloudnative-pg";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "WAL goes to a bucket all day and no base backup is ever taken: WAL alone restores nothing",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    objectStore("shop/orders-store");
    cluster("shop/orders", archivingTo("orders-store"));
  },
} satisfies CorpusStack;
