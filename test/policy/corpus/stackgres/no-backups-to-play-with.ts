import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "an SGCluster of one in develop, as the documentation's first page has it",
  environment: "develop",
  refusedBy: [],
  declare() {
    custom("stackgres.io/v1/SGCluster", "play/simple", {
      instances: 1,
      postgres: { version: "latest" },
      pods: { persistentVolume: { size: "5Gi" } },
    });
  },
} satisfies CorpusStack;
