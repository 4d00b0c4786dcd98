import { LogicalBackup, RestoreDrill, S3BackupStorage, s3StorageAccess } from "restorable";

/**
 * A bucket that nobody can empty: versions are locked for 14 days, S3 replicates them to another region, and no role may
 * delete a version. Needs the package @pulumi/aws, and EKS Pod Identity in the cluster.
 */
const bucket = {
  bucket: "shop-postgres-backups",
  region: "eu-central-1",
  accountId: "000000000000",
  encryption: { kind: "sse-kms" },
  objectLock: { days: 14 },
  replication: {
    bucket: "shop-postgres-backups-copy",
    region: "eu-west-1",
    kmsKeyArn: "arn:aws:kms:eu-west-1:000000000000:key/11111111-2222-3333-4444-555555555555",
  },
  podIdentity: { clusterName: "shop" },
  writers: [{ namespace: "shop", name: "orders-backup" }],
  drills: [{ namespace: "shop-drill", name: "orders-drill" }],
};
const storage = new S3BackupStorage("backups", bucket);
const access = (use: "writer" | "reader" | "evidence") => s3StorageAccess("backups", bucket, use);

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

new LogicalBackup(
  "orders-backup",
  {
    ...database,
    credentialsSecret: "orders-backup-role",
    storage: access("writer"),
    schedule: "30 2 * * *",
    rpo: "26h",
    retention: "30d",
    requestDrill: { namespace: "shop-drill", drill: "orders-drill" },
  },
  { dependsOn: storage },
);

new RestoreDrill(
  "orders-drill",
  {
    ...database,
    drillNamespace: "shop-drill",
    objectives: { rpo: "26h", rto: "2h" },
    requestedBy: "orders-backup",
    reader: access("reader"),
    evidence: access("evidence"),
    signingKey: { existingSecret: "orders-signing" },
  },
  { dependsOn: storage },
);
