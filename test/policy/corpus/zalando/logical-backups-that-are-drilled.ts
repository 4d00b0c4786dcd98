import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";
import { logicalBackup, postgresql } from "../parts/zalando";

export default {
  about: "logical backups each night, kept as the operator's own configuration says, and restored",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const orders = postgresql({ enableLogicalBackup: true, logicalBackupSchedule: "40 0 * * *" });
    drilled(help, "orders-drill", { covers: [orders], of: "shop/acme-orders", path: logicalBackup });
  },
} satisfies CorpusStack;
