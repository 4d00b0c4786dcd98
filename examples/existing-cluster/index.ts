import { DrillNamespace, LogicalBackup, RestoreDrill, S3CompatibleBackupStorage } from "restorable";

/** The cluster `orders` in the namespace `shop` is there already, and stays as it is. */
const database = {
  environment: "develop",
  target: { namespace: "shop", cluster: "orders", database: "orders" },
  source: { host: "orders-rw.shop.svc" },
  restorePath: {
    postgresMajor: 17,
    serverImage: "ghcr.io/cloudnative-pg/postgresql:17.6-bookworm",
    agentImage: "registry.example.com/restorable/agent:0.1.0",
    applicationRole: "orders_app",
    applicationChecks: [{ name: "orders can be counted", sql: "select count(*) > 0 from public.orders" }],
  },
};

const storage = new S3CompatibleBackupStorage("backups", {
  endpoint: "https://s3.example.com",
  bucket: "shop-backups",
  region: "eu-central-1",
  sourceNamespace: "shop",
  drillNamespace: "shop-drill",
  writer: { existingSecret: "backups-writer" },
  reader: { existingSecret: "backups-reader" },
  evidence: { existingSecret: "backups-evidence" },
});

const drills = new DrillNamespace("shop-drills", {
  namespace: "shop-drill",
  storageEndpoint: "https://s3.example.com",
  apiServerCidrs: ["10.0.0.5/32"],
});

new LogicalBackup(
  "orders-backup",
  {
    ...database,
    credentialsSecret: "orders-backup-role",
    storage: { secret: "backups-writer" },
    schedule: "30 2 * * *",
    rpo: "26h",
    retention: "30d",
    requestDrill: { namespace: "shop-drill", drill: "orders-drill" },
  },
  { dependsOn: [storage, drills] },
);

new RestoreDrill(
  "orders-drill",
  {
    ...database,
    drillNamespace: "shop-drill",
    objectives: { rpo: "26h", rto: "2h" },
    requestedBy: "orders-backup",
    reader: { secret: "backups-reader" },
    evidence: { secret: "backups-evidence" },
    signingKey: { existingSecret: "orders-signing" },
  },
  { dependsOn: [storage, drills] },
);
