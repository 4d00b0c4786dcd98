import { LogicalBackup, RestoreDrill, S3BackupStorage, s3StorageAccess } from "../../../../components";
import { common, evidenceInCluster } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "LogicalBackup to an S3BackupStorage of the same stack, with Object Lock, drilled last night",
  environment: "production",
  refusedBy: [],
  configuration: { "storage-is-protected": { immutable: true } },
  declare(help) {
    evidenceInCluster(help, {}, "s3");
    const args = {
      bucket: "acme-postgres-backups",
      region: "eu-central-1",
      accountId: "000000000000",
      encryption: { kind: "sse-kms" },
      objectLock: { days: 14 },
      podIdentity: { clusterName: "acme" },
      writers: [{ namespace: "shop", name: "app-backup" }],
      drills: [{ namespace: "shop-drill", name: "app-drill" }],
    };
    const storage = new S3BackupStorage("backups", args);
    const access = (use: "writer" | "reader" | "evidence") => s3StorageAccess("backups", args, use);
    const dependsOn = [storage];
    new LogicalBackup(
      "app-backup",
      {
        ...common(help, "app"),
        credentialsSecret: "orders-backup-role",
        storage: access("writer"),
        schedule: "30 2 * * *",
        rpo: "26h",
        retention: "30d",
        requestDrill: { namespace: "shop-drill", drill: "app-drill" },
      },
      { dependsOn },
    );
    new RestoreDrill(
      "app-drill",
      {
        ...common(help, "app"),
        drillNamespace: "shop-drill",
        objectives: { rpo: "26h", rto: "2h" },
        requestedBy: "app-backup",
        reader: access("reader"),
        evidence: access("evidence"),
        signingKey: { existingSecret: "orders-signing" },
      },
      { dependsOn },
    );
  },
} satisfies CorpusStack;
