import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the drill passed, and took five hours where two are promised",
  environment: "production",
  refusedBy: ["rto-within-objective"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: { recoverySeconds: 5 * 3600 } });
  },
} satisfies CorpusStack;
