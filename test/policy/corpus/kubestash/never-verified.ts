import { backupConfiguration } from "../parts/kubestash";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "KubeStash with a nightly dump and without a verifier",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    backupConfiguration();
  },
} satisfies CorpusStack;
