import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
  DrillNamespace,
  LogicalBackup,
  PostgresCluster,
  RestoreDrill,
  S3CompatibleBackupStorage,
} from "../../../../components";
import type { ProgramSettings } from "../settings";

const settings = JSON.parse(readFileSync(process.env.RESTORABLE_E2E_SETTINGS as string, "utf8")) as ProgramSettings;
const { namespace, cluster, drillNamespace, endpoint, bucket, region, credentials, images, store } = settings;
const source = { host: settings.host };

const secretKey = (use: keyof typeof credentials) => ({
  accessKeyId: pulumi.secret(credentials[use].accessKeyId),
  secretAccessKey: pulumi.secret(credentials[use].secretAccessKey),
});

// Of its own: what breaks a server with databases like these must not break the other teams'.
const postgres = new PostgresCluster(cluster, {
  ...{ environment: "local", namespace, createNamespace: false, instances: 1 },
  ...{ postgresMajor: 17, image: images.server },
  storage: { size: "2Gi", storageClass: "local-path" },
  resources: { cpu: "100m", memory: "1Gi" },
  backupRole: { existingSecret: settings.backupSecret },
});
const drills = new DrillNamespace("databases-drills", {
  ...{ namespace: drillNamespace, storageEndpoint: endpoint, apiServerCidrs: settings.apiServerCidrs },
});
const storage = new S3CompatibleBackupStorage(
  store,
  {
    ...{ endpoint, bucket, region, allowInsecure: true, sourceNamespace: namespace, drillNamespace },
    writer: secretKey("writer"),
    reader: secretKey("reader"),
    evidence: secretKey("evidence"),
  },
  { dependsOn: drills },
);

for (const { database, applicationRole, check, backup, drill, backupSecret } of settings.databases ?? []) {
  const target = { namespace, cluster, database };
  const restorePath = {
    postgresMajor: 17,
    serverImage: images.server,
    agentImage: images.agent,
    applicationRole,
    applicationChecks: [{ name: "what is unusual", sql: check }],
  };
  new LogicalBackup(
    backup,
    {
      environment: "local",
      target,
      source,
      serverCa: { secret: `${cluster}-ca` },
      restorePath,
      credentialsSecret: backupSecret ?? settings.backupSecret,
      storage: { secret: `${store}-writer` },
      schedule: "0 2 * * *",
      rpo: "26h",
      retention: "30d",
      // The tests take backups when they have made the databases, a few at a time.
      onDeployment: false,
      requestDrill: { namespace: drillNamespace, drill },
      cpu: "50m",
    },
    { dependsOn: [storage, postgres] },
  );
  new RestoreDrill(
    drill,
    {
      environment: "local",
      target,
      source,
      restorePath,
      drillNamespace,
      objectives: { rpo: "26h", rto: "30m" },
      triggers: { afterBackup: true, onDeployment: false },
      requestedBy: backup,
      reader: { secret: `${store}-reader` },
      evidence: { secret: `${store}-evidence` },
      signingKey: { privateKey: pulumi.secret(settings.signingKey) },
      serverCpu: "100m",
    },
    { dependsOn: [storage] },
  );
}
