import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same, where the drill names the cluster that it restores and not the schedule of its backups",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const { orders } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [orders], path: barman });
  },
} satisfies CorpusStack;
