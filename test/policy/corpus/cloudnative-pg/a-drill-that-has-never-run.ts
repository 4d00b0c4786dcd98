import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "backups with a drill that is declared and has no evidence, neither here nor in staging",
  environment: "production",
  refusedBy: ["promotion-order"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: "none" });
  },
} satisfies CorpusStack;
