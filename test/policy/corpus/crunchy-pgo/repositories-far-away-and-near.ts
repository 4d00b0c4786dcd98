import { bucket, pgbackrest, postgresCluster, volume } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "pgBackRest keeps a month in a bucket and a month on a volume; the drill restores from the bucket",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const orders = postgresCluster([bucket("repo1"), volume("repo2")], {
      "repo1-retention-full": "30",
      "repo1-retention-full-type": "time",
      "repo2-retention-full": "30",
      "repo2-retention-full-type": "time",
    });
    drilled(help, "orders-drill", { covers: [orders], path: pgbackrest });
  },
} satisfies CorpusStack;
