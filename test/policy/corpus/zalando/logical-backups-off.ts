import type { CorpusStack } from "../parts/stack";
import { postgresql } from "../parts/zalando";

export default {
  about: "a cluster as the operator's minimal example has it: logical backups are off unless asked for",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    postgresql({ enableLogicalBackup: false });
  },
} satisfies CorpusStack;
