import { perconaCluster } from "../parts/percona";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a PerconaPGCluster whose backups are switched off, with the repositories still written down",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    perconaCluster({ enabled: false });
  },
} satisfies CorpusStack;
