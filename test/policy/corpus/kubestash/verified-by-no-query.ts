import { backupConfiguration, verifier } from "../parts/kubestash";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a verifier that restores each morning and has no query to ask: nobody looks at what came back",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    verifier("orders-verifier", { namespace: "verify", name: "orders" }, { type: "Query", query: { postgres: [] } });
    backupConfiguration("orders-verifier");
  },
} satisfies CorpusStack;
