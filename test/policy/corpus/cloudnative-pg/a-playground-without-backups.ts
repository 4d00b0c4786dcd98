import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the smallest cluster there is, in develop, where nothing has to be kept",
  environment: "develop",
  refusedBy: [],
  declare() {
    custom("postgresql.cnpg.io/v1/Cluster", "play/try-it", { instances: 1, storage: { size: "1Gi" } });
  },
} satisfies CorpusStack;
