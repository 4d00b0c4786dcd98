import { kubeBlocksCluster } from "../parts/kubeblocks";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a KubeBlocks Cluster of PostgreSQL that backs itself up, and nobody restores it",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    kubeBlocksCluster("postgresql");
  },
} satisfies CorpusStack;
