import type {
  BackupCopyArgs,
  BackupRetentionArgs,
  BackupStoreArgs,
  DatabaseAccessArgs,
  ExternalRestoreDrillArgs,
  LogicalBackupArgs,
  NfsBackupStorageArgs,
  OffSiteStoreArgs,
  PostgresClusterArgs,
  RestorableDatabaseArgs,
  RestorablePostgresArgs,
  RestoreDrillArgs,
  RestorePathArgs,
  S3BackupStorageArgs,
  S3CompatibleBackupStorageArgs,
} from "../../../components";
import { SIGNING_KEY } from "./declare";

/** The smallest declaration of each component that is accepted: tests change what they are about. */
export const PATH: RestorePathArgs = {
  postgresMajor: 17,
  serverImage: "registry.example.com/postgresql:17.6",
  agentImage: "registry.example.com/agent:0.1.0",
  applicationRole: "shop_app",
  applicationChecks: [{ name: "there are orders", sql: "select count(*) > 0 from orders" }],
};

const target = { namespace: "shop", cluster: "orders", database: "shop" };
const source = { host: "orders-rw.shop.svc" };

export const cluster = (changes: Partial<PostgresClusterArgs> = {}): PostgresClusterArgs => ({
  environment: "staging",
  namespace: "shop",
  postgresMajor: 17,
  image: PATH.serverImage,
  storage: { size: "20Gi" },
  backupRole: { password: "backup-secret" },
  ...changes,
});

export const storage = (changes: Partial<S3CompatibleBackupStorageArgs> = {}): S3CompatibleBackupStorageArgs => ({
  endpoint: "https://s3.example.com",
  bucket: "shop-backups",
  region: "eu-central-1",
  sourceNamespace: "shop",
  drillNamespace: "shop-drill",
  writer: { accessKeyId: "writer-id", secretAccessKey: "writer-secret" },
  reader: { accessKeyId: "reader-id", secretAccessKey: "reader-secret" },
  evidence: { existingSecret: "evidence-key" },
  ...changes,
});

export const nfsStorage = (changes: Partial<NfsBackupStorageArgs> = {}): NfsBackupStorageArgs => ({
  server: "nas.example.com",
  path: "/export/backups",
  size: "500Gi",
  sourceNamespace: "shop",
  drillNamespace: "shop-drill",
  agentImage: PATH.agentImage,
  ...changes,
});

export const s3Storage = (changes: Partial<S3BackupStorageArgs> = {}): S3BackupStorageArgs => ({
  bucket: "shop-backups",
  region: "eu-central-1",
  accountId: "111122223333",
  irsa: { oidcProviderArn: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
  writers: [{ namespace: "shop", name: "orders-backup" }],
  drills: [{ namespace: "shop-drill", name: "orders-drill" }],
  ...changes,
});

export const ISSUER = "oidc.eks.eu-central-1.amazonaws.com/id/0F0F";

export const backup = (changes: Partial<LogicalBackupArgs> = {}): LogicalBackupArgs => ({
  environment: "staging",
  stack: "staging",
  target,
  source,
  credentialsSecret: "orders-backup-credentials",
  storage: { secret: "storage-writer" },
  restorePath: PATH,
  schedule: "0 * * * *",
  rpo: "2h",
  retention: "14d",
  ...changes,
});

export const copy = (changes: Partial<BackupCopyArgs> = {}): BackupCopyArgs => ({
  environment: "staging",
  target,
  restorePath: PATH,
  backup: { schedule: "0 * * * *" },
  from: { secret: "storage-reader" },
  to: { secret: "other-writer" },
  schedule: "30 * * * *",
  rpo: "4h",
  ...changes,
});

export const retention = (changes: Partial<BackupRetentionArgs> = {}): BackupRetentionArgs => ({
  environment: "staging",
  target,
  storage: { secret: "storage-pruner" },
  agentImage: PATH.agentImage,
  retention: "14d",
  ...changes,
});

export const drill = (changes: Partial<RestoreDrillArgs> = {}): RestoreDrillArgs => ({
  environment: "staging",
  stack: "staging",
  target,
  source,
  restorePath: PATH,
  drillNamespace: "shop-drill",
  objectives: { rpo: "2h", rto: "1h" },
  requestedBy: "shop-backup",
  reader: { secret: "storage-reader" },
  evidence: { secret: "storage-evidence" },
  signingKey: { privateKey: SIGNING_KEY },
  ...changes,
});

export const externalDrill = (changes: Partial<ExternalRestoreDrillArgs> = {}): ExternalRestoreDrillArgs => ({
  environment: "staging",
  stack: "staging",
  covers: ["urn:pulumi:staging::shop::kubernetes:acid.zalan.do/v1:postgresql::orders"],
  target: { namespace: "shop", cluster: "orders", database: "*" },
  restorePath: {
    engine: "zalando",
    postgresMajor: 17,
    backupMethod: "physical",
    storageKind: "s3",
    storageCopy: "outside",
    procedure: "clone",
    tool: { name: "verify_restore.sh", version: "1.4.0" },
  },
  triggers: { schedule: "0 4 * * *" },
  objectives: { rpo: "2h", rto: "1h" },
  ...changes,
});

export const access = (changes: Partial<DatabaseAccessArgs> = {}): DatabaseAccessArgs => ({
  database: "shop",
  owner: "shop_owner",
  roles: [{ name: "shop_app", access: "read-write", password: "app-secret" }],
  mayConnect: ["restorable_backup"],
  ...changes,
});

export const database = (changes: Partial<RestorableDatabaseArgs> = {}): RestorableDatabaseArgs => ({
  name: "shop",
  owner: "shop_owner",
  roles: [{ name: "shop_app", access: "read-write", password: "app-secret" }],
  applicationRole: "shop_app",
  checks: PATH.applicationChecks,
  ...changes,
});

const key = (use: string) => ({ accessKeyId: `${use}-id`, secretAccessKey: `${use}-secret` });

export const store = (changes: Partial<BackupStoreArgs> = {}): BackupStoreArgs => ({
  endpoint: "https://s3.example.com",
  bucket: "shop-backups",
  region: "eu-central-1",
  ...{ writer: key("writer"), reader: key("reader"), evidence: key("evidence") },
  ...changes,
});

export const offSite = (changes: Partial<OffSiteStoreArgs> = {}): OffSiteStoreArgs => ({
  endpoint: "https://s3.example.org",
  bucket: "shop-copies",
  region: "eu-west-1",
  ...{ writer: key("other-writer"), reader: key("other-reader") },
  schedule: "30 * * * *",
  rpo: "5h",
  ...changes,
});

export const restorable = (changes: Partial<RestorablePostgresArgs> = {}): RestorablePostgresArgs => ({
  environment: "staging",
  stack: "staging",
  namespace: "shop",
  postgresMajor: 17,
  serverImage: PATH.serverImage,
  agentImage: PATH.agentImage,
  storage: { size: "20Gi" },
  backupRole: { password: "backup-secret" },
  databases: [database()],
  backup: { schedule: "0 * * * *", rpo: "2h", retention: "14d" },
  drill: { rto: "1h", apiServerCidrs: ["10.0.0.5/32"], signingKey: { privateKey: SIGNING_KEY } },
  store: store(),
  access: { host: "127.0.0.1", port: 15432, adminPassword: "admin-secret" },
  ...changes,
});
