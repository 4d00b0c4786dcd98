import { bucket, pgbackrest, postgresCluster } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "one repository in a bucket that keeps eight full backups, drilled",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const orders = postgresCluster([bucket("repo1")], { "repo1-retention-full": "8" });
    drilled(help, "orders-drill", { covers: [orders], path: pgbackrest });
  },
} satisfies CorpusStack;
