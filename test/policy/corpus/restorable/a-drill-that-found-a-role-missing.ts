import { evidenceInCluster, restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres in production, whose newest drill has failed",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    evidenceInCluster(help, { failure: "role app is missing" });
    restorable(help);
  },
} satisfies CorpusStack;
