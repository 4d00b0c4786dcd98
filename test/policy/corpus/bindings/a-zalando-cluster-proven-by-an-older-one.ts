import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";
import { logicalBackup, postgresql } from "../parts/zalando";

export default {
  about: "a cluster of Zalando's operator with PostgreSQL 17, and a drill of 13",
  environment: "staging",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const orders = postgresql({ enableLogicalBackup: true, logicalBackupSchedule: "40 0 * * *" });
    const path = { ...logicalBackup, postgresMajor: 13 };
    drilled(help, "orders-drill", { covers: [orders], of: "shop/acme-orders", path });
  },
} satisfies CorpusStack;
