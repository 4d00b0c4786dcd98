import { evidenceInCluster, restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres in production, proven, with the protection from deletion switched off",
  environment: "production",
  refusedBy: ["protected-from-deletion"],
  declare(help) {
    evidenceInCluster(help);
    restorable(help, { deletionProtection: false });
  },
} satisfies CorpusStack;
