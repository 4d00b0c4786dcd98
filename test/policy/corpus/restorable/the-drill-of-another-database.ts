import { LogicalBackup, RestoreDrill } from "../../../../components";
import { common, evidenceInCluster } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "LogicalBackup of app_audit and RestoreDrill of app, proven: the names resemble each other, the data do not",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    evidenceInCluster(help);
    new LogicalBackup("audit-backup", {
      ...common(help, "app_audit"),
      credentialsSecret: "orders-backup-role",
      storage: { secret: "dumps-writer" },
      schedule: "30 2 * * *",
      rpo: "26h",
      retention: "30d",
    });
    new RestoreDrill("app-drill", {
      ...common(help, "app"),
      drillNamespace: "shop-drill",
      objectives: { rpo: "26h", rto: "2h" },
      requestedBy: "app-backup",
      reader: { secret: "dumps-reader" },
      evidence: { secret: "dumps-evidence" },
      signingKey: { existingSecret: "orders-signing" },
    });
  },
} satisfies CorpusStack;
