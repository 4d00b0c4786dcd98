import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a production cluster that a renamed resource would delete",
  environment: "production",
  refusedBy: ["protected-from-deletion"],
  declare(help) {
    const { backup } = ordersWithBackups({}, {});
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
