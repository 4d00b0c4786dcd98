import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { DrillNamespace, LogicalBackup, RestoreDrill, S3CompatibleBackupStorage } from "../../../components";
import type { ProgramSettings } from "./settings";

const settings = JSON.parse(readFileSync(process.env.RESTORABLE_E2E_SETTINGS as string, "utf8")) as ProgramSettings;
const { namespace, cluster, database, drillNamespace, endpoint, bucket, region, credentials, images } = settings;
const target = { namespace, cluster, database };
const source = { host: settings.host };

const secretKey = (use: keyof typeof credentials) => ({
  accessKeyId: pulumi.secret(credentials[use].accessKeyId),
  secretAccessKey: pulumi.secret(credentials[use].secretAccessKey),
});

const drills = new DrillNamespace("e2e-drills", { namespace: drillNamespace, storageEndpoint: endpoint });
const storage = new S3CompatibleBackupStorage(
  "e2e-store",
  {
    endpoint,
    bucket,
    region,
    allowInsecure: true,
    sourceNamespace: namespace,
    drillNamespace,
    writer: secretKey("writer"),
    reader: secretKey("reader"),
    evidence: secretKey("evidence"),
  },
  { dependsOn: drills },
);

const restorePath = {
  postgresMajor: 17,
  serverImage: images.server,
  agentImage: images.agent,
  applicationRole: settings.applicationRole,
  applicationChecks: [{ name: "there are customers", sql: "select count(*) > 0 from torture.customers" }],
};

const backup = new LogicalBackup(
  "torture-backup",
  {
    environment: "local",
    target,
    source,
    restorePath,
    credentialsSecret: settings.backupSecret,
    storage: { secret: "e2e-store-writer" },
    schedule: "0 2 * * *",
    rpo: "26h",
    retention: "30d",
    ...(settings.withoutDrill ? {} : { startDrill: { namespace: drillNamespace, cronJob: "torture-drill" } }),
  },
  { dependsOn: [storage] },
);

if (!settings.withoutDrill) {
  new RestoreDrill(
    "torture-drill",
    {
      environment: "local",
      target,
      source,
      restorePath,
      drillNamespace,
      objectives: { rpo: "26h", rto: "30m" },
      triggers: { afterBackup: true, onDeployment: true },
      reader: { secret: "e2e-store-reader" },
      evidence: { secret: "e2e-store-evidence" },
      signingKey: { privateKey: pulumi.secret(settings.signingKey) },
    },
    // The drill of a deployment restores the backup of that deployment.
    { dependsOn: [storage, backup] },
  );
}
