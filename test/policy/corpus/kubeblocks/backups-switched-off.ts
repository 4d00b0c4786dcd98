import { kubeBlocksCluster } from "../parts/kubeblocks";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a KubeBlocks Cluster of PostgreSQL whose backups are switched off",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    kubeBlocksCluster("postgresql", { enabled: false });
  },
} satisfies CorpusStack;
