import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "everything as it should be, but the drill has not run for a week",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: { endedHoursAgo: 7 * 24 } });
  },
} satisfies CorpusStack;
