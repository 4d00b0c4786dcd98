import { pgbackrest, postgresCluster, volume } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import { inside } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "drilled backups whose only repository is a volume of the same cluster: the operator's quickstart",
  environment: "production",
  refusedBy: ["copy-outside-cluster"],
  declare(help) {
    const orders = postgresCluster([volume("repo1")], {
      "repo1-retention-full": "30",
      "repo1-retention-full-type": "time",
    });
    drilled(help, "orders-drill", { covers: [orders], path: inside(pgbackrest) });
  },
} satisfies CorpusStack;
