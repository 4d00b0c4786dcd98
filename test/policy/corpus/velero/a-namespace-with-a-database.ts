import { cluster } from "../parts/cloudnative-pg";
import type { CorpusStack } from "../parts/stack";
import { schedule } from "../parts/velero";

export default {
  about: "Velero keeps the namespace in which the database lives, and nobody has restored the database from that",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    cluster("shop/orders");
    schedule("shop-nightly", { includedNamespaces: ["shop"], defaultVolumesToFsBackup: true });
  },
} satisfies CorpusStack;
