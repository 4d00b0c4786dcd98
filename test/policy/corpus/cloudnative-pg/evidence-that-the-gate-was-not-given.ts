import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "everything as it should be, but the pipeline did not hand the gate the evidence: the update itself will stop",
  environment: "production",
  refusedBy: [],
  advised: ["restore-path-unproven", "backup-report"],
  evidenceWithheld: true,
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
