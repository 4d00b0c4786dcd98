import { perconaCluster } from "../parts/percona";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a PerconaPGCluster with a full backup each week and a differential one each night, which nobody restores",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    perconaCluster();
  },
} satisfies CorpusStack;
