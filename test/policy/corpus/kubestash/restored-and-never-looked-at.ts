import { backupConfiguration, verifier } from "../parts/kubestash";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a verifier of type RestoreOnly: it asks the restored database nothing, and an empty one would pass",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    verifier("orders-verifier", { namespace: "verify", name: "orders" }, { type: "RestoreOnly" });
    backupConfiguration("orders-verifier");
  },
} satisfies CorpusStack;
