import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";
import { logicalBackup, postgresql } from "../parts/zalando";

export default {
  about: "a schedule of @daily for Zalando's operator, whose resource takes five fields",
  environment: "staging",
  refusedBy: ["cron-fields-match", "rpo-within-objective"],
  declare(help) {
    const orders = postgresql({ enableLogicalBackup: true, logicalBackupSchedule: "@daily" });
    drilled(help, "orders-drill", { covers: [orders], of: "shop/acme-orders", path: logicalBackup });
  },
} satisfies CorpusStack;
