import { cluster } from "../parts/cloudnative-pg";
import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";
import { schedule } from "../parts/velero";

export default {
  about: "a Restore into a namespace of its own, after which nobody asks the database anything",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    cluster("shop/orders");
    schedule("shop-nightly", { includedNamespaces: ["shop"], defaultVolumesToFsBackup: true });
    custom("velero.io/v1/Restore", "velero/shop-trial", {
      scheduleName: "shop-nightly",
      namespaceMapping: { shop: "shop-trial" },
    });
  },
} satisfies CorpusStack;
