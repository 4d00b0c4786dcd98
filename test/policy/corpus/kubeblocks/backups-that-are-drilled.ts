import { drilled } from "../parts/drill";
import { kubeBlocksCluster, kubeblocks } from "../parts/kubeblocks";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a KubeBlocks Cluster of PostgreSQL whose backups are restored each night",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    drilled(help, "orders-drill", { covers: [kubeBlocksCluster("postgresql")], path: kubeblocks });
  },
} satisfies CorpusStack;
