import { kubeBlocksCluster } from "../parts/kubeblocks";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a KubeBlocks Cluster of MySQL, which is nobody's concern here",
  environment: "production",
  refusedBy: [],
  declare() {
    kubeBlocksCluster("apecloud-mysql", { method: "xtrabackup" });
  },
} satisfies CorpusStack;
