import { drilled } from "../parts/drill";
import { percona, perconaCluster } from "../parts/percona";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same, restored by another tool into a cluster of its own each night",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    drilled(help, "orders-drill", { covers: [perconaCluster()], path: percona });
  },
} satisfies CorpusStack;
