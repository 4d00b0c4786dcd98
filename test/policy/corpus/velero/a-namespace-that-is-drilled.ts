import { cluster } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";
import { schedule } from "../parts/velero";

export default {
  about: "the same, restored into an empty cluster and checked each night",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    cluster("shop/orders");
    const backup = schedule("shop-nightly", { includedNamespaces: ["shop"], defaultVolumesToFsBackup: true });
    const path = { ...barman, storageKind: "velero-s3", procedure: "velero-restore", backupMethod: "snapshot" };
    drilled(help, "orders-drill", { covers: [backup], path });
  },
} satisfies CorpusStack;
