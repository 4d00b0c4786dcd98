import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a new cluster in production on a restore path that staging has proven: allowed, and said",
  environment: "production",
  refusedBy: [],
  advised: ["restore-path-unproven", "backup-report"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: { environment: "staging" } });
  },
} satisfies CorpusStack;
