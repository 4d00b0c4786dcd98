import type { CorpusStack } from "../parts/stack";
import { backupConfiguration } from "../parts/stash";

export default {
  about: "Stash with a nightly dump, never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    backupConfiguration();
  },
} satisfies CorpusStack;
