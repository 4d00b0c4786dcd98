import { cluster } from "../parts/cloudnative-pg";
import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";
import { schedule } from "../parts/velero";

export default {
  about: "a Restore that puts the newest backup back over the namespace that it came from: that is no drill",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill", "drill-is-isolated"],
  declare() {
    cluster("shop/orders");
    schedule("shop-nightly", { includedNamespaces: ["shop"], defaultVolumesToFsBackup: true });
    custom("velero.io/v1/Restore", "velero/shop-again", {
      scheduleName: "shop-nightly",
      includedNamespaces: ["shop"],
      existingResourcePolicy: "update",
    });
  },
} satisfies CorpusStack;
