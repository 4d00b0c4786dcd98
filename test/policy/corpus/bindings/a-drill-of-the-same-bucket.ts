import { LogicalBackup, RestoreDrill } from "../../../../components";
import { common } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a LogicalBackup and the drill of the bucket that it goes to, before its first run",
  environment: "develop",
  refusedBy: [],
  advised: ["backup-report", "restore-path-unproven"],
  declare(help) {
    new LogicalBackup("app-backup", {
      ...common(help, "app"),
      credentialsSecret: "orders-backup-role",
      storage: { kind: "s3", bucket: "acme-dumps", region: "eu-central-1" },
      schedule: "30 2 * * *",
      rpo: "26h",
      retention: "30d",
    });
    new RestoreDrill("app-drill", {
      ...common(help, "app"),
      drillNamespace: "shop-drill",
      objectives: { rpo: "26h", rto: "2h" },
      triggers: { afterBackup: false, schedule: "0 5 * * *" },
      reader: { kind: "s3", bucket: "acme-dumps", region: "eu-central-1" },
      evidence: { kind: "s3", bucket: "acme-dumps", region: "eu-central-1" },
      signingKey: { existingSecret: "orders-signing" },
    });
  },
} satisfies CorpusStack;
