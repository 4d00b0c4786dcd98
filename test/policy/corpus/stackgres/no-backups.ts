import type { CorpusStack } from "../parts/stack";
import { sgCluster } from "../parts/stackgres";

export default {
  about: "an SGCluster with everything but backups",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    sgCluster({});
  },
} satisfies CorpusStack;
