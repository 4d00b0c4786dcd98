import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "evidence that says all the right things, signed with a key that nobody trusts",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, evidence: { signedByAStranger: true } });
  },
} satisfies CorpusStack;
