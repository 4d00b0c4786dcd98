import type { CorpusStack } from "../parts/stack";
import { postgresql } from "../parts/zalando";

export default {
  about: "logical backups switched on, and never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    postgresql({ enableLogicalBackup: true, logicalBackupSchedule: "40 0 * * *" });
  },
} satisfies CorpusStack;
