import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
  DrillNamespace,
  LogicalBackup,
  NfsBackupStorage,
  nfsStorageAccess,
  RestoreDrill,
} from "../../../../components";
import type { ProgramSettings } from "../settings";

const settings = JSON.parse(readFileSync(process.env.RESTORABLE_E2E_SETTINGS as string, "utf8")) as ProgramSettings;
const { namespace, cluster, database, drillNamespace, images, store } = settings;
const target = { namespace, cluster, database };
const source = { host: settings.host };

const drills = new DrillNamespace("nfs-drills", {
  ...{ namespace: drillNamespace, apiServerCidrs: settings.apiServerCidrs },
});
const storage = new NfsBackupStorage(
  store,
  {
    // The lab has no NFS server. Its storage class makes folders of the node, which only one node can mount: they stand
    // in for an export in all that the components and the agent do with one, not in what a network does to it.
    storageClass: "local-path",
    accessMode: "ReadWriteOnce",
    size: "1Gi",
    sourceNamespace: namespace,
    drillNamespace,
    agentImage: images.agent,
    deletionProtection: false,
  },
  { dependsOn: drills },
);

const restorePath = {
  postgresMajor: 17,
  serverImage: images.server,
  agentImage: images.agent,
  applicationRole: settings.applicationRole,
  applicationChecks: [{ name: "there are rows", sql: settings.check }],
};

const backup = new LogicalBackup(
  settings.backup,
  {
    environment: "local",
    target,
    source,
    restorePath,
    credentialsSecret: settings.backupSecret,
    storage: nfsStorageAccess(store, "writer"),
    schedule: "0 2 * * *",
    rpo: "26h",
    retention: "30d",
    requestDrill: { namespace: drillNamespace, drill: settings.drill },
  },
  { dependsOn: [storage] },
);

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
    reader: nfsStorageAccess(store, "reader"),
    evidence: nfsStorageAccess(store, "evidence"),
    signingKey: { privateKey: pulumi.secret(settings.signingKey) },
  },
  // The drill of a deployment restores the backup of that deployment.
  { dependsOn: [storage, backup] },
);
