import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the evidence of another cluster's drill, which is good, shown for this one",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: { cluster: "orders-copy" } });
  },
} satisfies CorpusStack;
