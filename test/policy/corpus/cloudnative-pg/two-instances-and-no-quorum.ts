import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a primary and one asynchronous replica in production: a failover may lose commits",
  environment: "production",
  refusedBy: ["cluster-is-highly-available"],
  declare(help) {
    const { backup } = ordersWithBackups({ instances: 2, postgresql: {} });
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
