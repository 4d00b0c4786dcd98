import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "three instances that had better not share a node, and may: the operator's default",
  environment: "production",
  refusedBy: ["cluster-is-highly-available"],
  declare(help) {
    const { backup } = ordersWithBackups({ affinity: { podAntiAffinityType: "preferred" } });
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
