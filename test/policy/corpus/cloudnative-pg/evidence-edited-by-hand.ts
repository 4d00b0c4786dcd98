import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drill that failed, whose evidence was made to say that it passed",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: { edited: true } });
  },
} satisfies CorpusStack;
