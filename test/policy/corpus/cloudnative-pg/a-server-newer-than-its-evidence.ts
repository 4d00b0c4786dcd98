import { externalRestorePath } from "../../../../model/external-restore-path";
import { ordersWithBackups } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the drill restored PostgreSQL 16, and the cluster has moved on since",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const { backup } = ordersWithBackups();
    drilled(help, "orders-drill", {
      covers: [backup],
      path: barman,
      evidence: { restorePath: externalRestorePath({ ...barman, postgresMajor: 16 }).path },
    });
  },
} satisfies CorpusStack;
