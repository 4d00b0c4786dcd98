import { drilled } from "../parts/drill";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";
import { backupConfiguration } from "../parts/stash";

export default {
  about: "Stash with a nightly dump that is restored from the bucket",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const backup = backupConfiguration();
    drilled(help, "orders-drill", { covers: [backup], path: { ...dump, storageKind: "restic-s3" } });
  },
} satisfies CorpusStack;
