import { bucket, pgbackrest, postgresCluster, volume } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import { inside } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same two repositories, where the drill takes the near one: the one that a disaster leaves is untried",
  environment: "production",
  refusedBy: ["outside-copy-is-drilled"],
  declare(help) {
    const orders = postgresCluster([volume("repo1"), bucket("repo2")], {
      "repo1-retention-full": "30",
      "repo1-retention-full-type": "time",
      "repo2-retention-full": "30",
      "repo2-retention-full-type": "time",
    });
    drilled(help, "orders-drill", { covers: [orders], path: inside(pgbackrest) });
  },
} satisfies CorpusStack;
