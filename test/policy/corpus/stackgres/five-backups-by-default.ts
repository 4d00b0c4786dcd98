import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";
import { objectStorage, sgCluster, sgRestore } from "../parts/stackgres";

export default {
  about: "drilled backups of which StackGres keeps five, because nobody said how many",
  environment: "staging",
  refusedBy: ["retention-is-sufficient"],
  declare(help) {
    objectStorage();
    const orders = sgCluster({ backups: [{ sgObjectStorage: "orders-storage", cronSchedule: "10 3 * * *" }] });
    drilled(help, "orders-drill", { covers: [orders], path: sgRestore });
  },
} satisfies CorpusStack;
