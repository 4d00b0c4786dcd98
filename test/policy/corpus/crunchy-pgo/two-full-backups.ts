import { bucket, pgbackrest, postgresCluster } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a full backup each night of which two are kept: three days on, nothing older is left",
  environment: "staging",
  refusedBy: ["retention-is-sufficient"],
  declare(help) {
    const orders = postgresCluster([bucket("repo1", { full: "20 1 * * *" })], { "repo1-retention-full": "2" });
    drilled(help, "orders-drill", { covers: [orders], path: pgbackrest });
  },
} satisfies CorpusStack;
