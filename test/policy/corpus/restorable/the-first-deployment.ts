import { restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres deployed to develop for the first time: unproven, which is allowed there, and said",
  environment: "develop",
  refusedBy: [],
  advised: ["restore-path-unproven", "backup-report"],
  declare(help) {
    restorable(help);
  },
} satisfies CorpusStack;
