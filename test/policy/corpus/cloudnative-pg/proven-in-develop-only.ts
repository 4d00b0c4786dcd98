import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "evidence of develop shown in production: staging was left out",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: { environment: "develop" } });
  },
} satisfies CorpusStack;
