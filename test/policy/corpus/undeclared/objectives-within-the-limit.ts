import { restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres whose objectives are within what is allowed, before its first drill",
  environment: "develop",
  refusedBy: [],
  advised: ["backup-report", "restore-path-unproven"],
  gate: { maxRto: "4h", maxRpo: "26h" },
  declare(help) {
    restorable(help);
  },
} satisfies CorpusStack;
