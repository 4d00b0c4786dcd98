import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drill that counts rows and looks at nothing else: it says so, and its evidence has no more",
  environment: "staging",
  refusedBy: ["drill-checks-everything", "restore-path-proven"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", { covers: [backup], path: barman, checklist: ["artifact", "schema", "rows"] });
  },
} satisfies CorpusStack;
