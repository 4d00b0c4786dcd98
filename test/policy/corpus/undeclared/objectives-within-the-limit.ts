import { restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres whose objectives are within what is allowed, before its first drill",
  environment: "develop",
  refusedBy: [],
  advised: ["restore-path-unproven", "backup-report"],
  gate: { maxRto: "4h", maxRpo: "26h" },
  declare(help) {
    restorable(help);
  },
} satisfies CorpusStack;
