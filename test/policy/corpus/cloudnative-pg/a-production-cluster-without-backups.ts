import { cluster } from "../parts/cloudnative-pg";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "three instances, a quorum, protected from deletion, and nothing that backs it up",
  environment: "production",
  refusedBy: ["database-has-backup"],
  declare() {
    cluster("shop/orders");
  },
} satisfies CorpusStack;
