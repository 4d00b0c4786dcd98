import { bucket, pgbackrest, postgresCluster } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a repository without schedules: PGO takes one full backup at the beginning, and no other",
  environment: "develop",
  refusedBy: ["rpo-within-objective"],
  declare(help) {
    const { schedules: _, ...unscheduled } = bucket("repo1");
    const orders = postgresCluster([unscheduled], { "repo1-retention-full": "8" });
    drilled(help, "orders-drill", { covers: [orders], path: pgbackrest });
  },
} satisfies CorpusStack;
