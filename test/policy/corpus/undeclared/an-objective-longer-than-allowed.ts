import { restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres that gives itself 30 days to recover, where four hours are the most",
  environment: "develop",
  refusedBy: ["rto-within-objective"],
  gate: { maxRto: "4h", maxRpo: "26h" },
  declare(help) {
    restorable(help, {
      drill: { rto: "30d", apiServerCidrs: ["10.0.0.5/32"], signingKey: { existingSecret: "orders-signing" } },
    });
  },
} satisfies CorpusStack;
