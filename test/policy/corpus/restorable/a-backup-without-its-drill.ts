import { LogicalBackup } from "../../../../components";
import { common } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "this library's own LogicalBackup, without the RestoreDrill that belongs to it",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    new LogicalBackup("orders-backup", {
      ...common(help, "app"),
      credentialsSecret: "orders-backup-role",
      storage: { secret: "dumps-writer" },
      schedule: "30 2 * * *",
      rpo: "26h",
      retention: "30d",
    });
  },
} satisfies CorpusStack;
