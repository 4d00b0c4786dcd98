import { bucket, pgbackrest, postgresCluster } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about:
    "pgBackRest told to drop WAL rather than fill the disk: a recovery then ends before the gap, and nobody is told",
  environment: "staging",
  refusedBy: ["wal-is-never-dropped"],
  declare(help) {
    const orders = postgresCluster([bucket("repo1")], {
      "repo1-retention-full": "8",
      "archive-async": "y",
      "archive-push-queue-max": "4GiB",
    });
    drilled(help, "orders-drill", { covers: [orders], path: pgbackrest });
  },
} satisfies CorpusStack;
