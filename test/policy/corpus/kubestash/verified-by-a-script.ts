import { backupConfiguration, verifier } from "../parts/kubestash";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a verifier that restores into a database of its own and runs the team's script against it",
  environment: "staging",
  refusedBy: [],
  declare() {
    verifier(
      "orders-verifier",
      { namespace: "verify", name: "orders" },
      { type: "Script", script: { location: "/scripts/orders-are-there.sh" } },
    );
    backupConfiguration("orders-verifier");
  },
} satisfies CorpusStack;
