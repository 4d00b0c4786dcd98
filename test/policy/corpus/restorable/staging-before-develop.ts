import { restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres in staging, where neither staging nor develop has proven the restore path",
  environment: "staging",
  refusedBy: ["promotion-order"],
  declare(help) {
    restorable(help);
  },
} satisfies CorpusStack;
