import { backupConfiguration, QUERY, verifier } from "../parts/kubestash";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a verifier that restores into the very database that it verifies",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill", "drill-is-isolated"],
  declare() {
    verifier("orders-verifier", { namespace: "shop", name: "orders" }, QUERY);
    backupConfiguration("orders-verifier");
  },
} satisfies CorpusStack;
