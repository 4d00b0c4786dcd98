import { evidenceInCluster, restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RestorablePostgres in production, as its defaults make it, with last night's evidence in the cluster",
  environment: "production",
  refusedBy: [],
  declare(help) {
    evidenceInCluster(help);
    restorable(help);
  },
} satisfies CorpusStack;
