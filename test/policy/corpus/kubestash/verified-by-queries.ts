import { backupConfiguration, QUERY, verifier } from "../parts/kubestash";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a verifier that restores into a database of its own each morning and counts what is in it",
  environment: "staging",
  refusedBy: [],
  declare() {
    verifier("orders-verifier", { namespace: "verify", name: "orders" }, QUERY);
    backupConfiguration("orders-verifier");
  },
} satisfies CorpusStack;
