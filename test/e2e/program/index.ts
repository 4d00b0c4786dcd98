import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
  BackupCopy,
  DrillNamespace,
  LogicalBackup,
  RestoreDrill,
  S3CompatibleBackupStorage,
} from "../../../components";
import type { ProgramSettings } from "./settings";

const settings = JSON.parse(readFileSync(process.env.RESTORABLE_E2E_SETTINGS as string, "utf8")) as ProgramSettings;
const { namespace, cluster, database, drillNamespace, endpoint, bucket, region, credentials, images } = settings;
const target = { namespace, cluster, database };
const source = { host: settings.host };

const secretKey = (use: keyof typeof credentials) => ({
  accessKeyId: pulumi.secret(credentials[use].accessKeyId),
  secretAccessKey: pulumi.secret(credentials[use].secretAccessKey),
});

const drills = new DrillNamespace("e2e-drills", {
  ...{ namespace: drillNamespace, storageEndpoint: endpoint, apiServerCidrs: settings.apiServerCidrs },
});
const storage = new S3CompatibleBackupStorage(
  settings.store,
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
    ...(settings.storageCheck ? { agentImage: images.agent } : {}),
  },
  { dependsOn: drills },
);

const restorePath = {
  postgresMajor: 17,
  serverImage: images.server,
  agentImage: images.agent,
  applicationRole: settings.applicationRole,
  applicationChecks: [{ name: "there are rows", sql: settings.check }],
  encryption: settings.encryption ? "age" : "none",
  ...{ excludeTables: settings.excludeTables, excludeTableData: settings.excludeTableData },
};

const backup = new LogicalBackup(
  settings.backup,
  {
    environment: "local",
    target,
    source,
    restorePath,
    credentialsSecret: settings.backupSecret,
    notBackedUp: settings.notBackedUp,
    storage: { secret: `${settings.store}-writer` },
    ...(settings.encryption ? { encryption: { recipients: settings.encryption.recipients } } : {}),
    schedule: "0 2 * * *",
    rpo: "26h",
    retention: "30d",
    ...(settings.withoutDrill ? {} : { requestDrill: { namespace: drillNamespace, drill: settings.drill } }),
  },
  { dependsOn: [storage] },
);

const { offSite } = settings;
const copies: pulumi.Resource[] = [];
if (offSite) {
  const key = (use: "writer" | "reader") => ({
    accessKeyId: pulumi.secret(offSite[use].accessKeyId),
    secretAccessKey: pulumi.secret(offSite[use].secretAccessKey),
  });
  const other = new S3CompatibleBackupStorage(
    "e2e-other",
    {
      ...{ endpoint, region, allowInsecure: true, sourceNamespace: namespace, drillNamespace },
      bucket: offSite.bucket,
      writer: key("writer"),
      reader: key("reader"),
      evidence: { existingSecret: `${settings.store}-evidence` },
    },
    { dependsOn: drills },
  );
  const copy = new BackupCopy(
    `${settings.backup}-copy`,
    {
      environment: "local",
      target,
      restorePath,
      backup: { schedule: "0 2 * * *" },
      from: { secret: settings.copierSecret },
      to: { secret: "e2e-other-writer" },
      toPrefix: "copy/",
      schedule: "0 4 * * *",
      rpo: "52h",
      retention: "90d",
    },
    { dependsOn: [other, backup] },
  );
  copies.push(copy);
}

if (!settings.withoutDrill) {
  new RestoreDrill(
    settings.drill,
    {
      environment: "local",
      target,
      source,
      restorePath,
      drillNamespace,
      objectives: { rpo: "26h", rto: "30m" },
      triggers: { afterBackup: true, onDeployment: true },
      requestedBy: settings.backup,
      reader: { secret: `${settings.store}-reader` },
      evidence: { secret: `${settings.store}-evidence` },
      signingKey: { privateKey: pulumi.secret(settings.signingKey) },
      ...(offSite && !settings.offSiteUndrilled
        ? { offSite: { reader: { secret: "e2e-other-reader" }, prefix: "copy/", rpo: "52h" } }
        : {}),
      ...(settings.encryption ? { identity: { secretKey: pulumi.secret(settings.encryption.identities) } } : {}),
    },
    // The drill of a deployment restores the backup of that deployment.
    { dependsOn: [storage, backup, ...copies] },
  );
}
