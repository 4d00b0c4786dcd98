import type * as pulumi from "@pulumi/pulumi";
import type { LoginRoleArgs } from "../access/database-access-args";
import type { BackupEncryptionArgs } from "../backup/backup-encryption-args";
import type { KeepCountsArgs } from "../backup/backup-retention-args";
import type { RecoveryIdentityArgs } from "../drill/recovery-identity-args";
import type { DrillProbeArgs, TemporaryStorageArgs } from "../drill/restore-drill-args";
import type { SigningKeyArgs } from "../drill/signing-key-args";
import type { ApplicationCheckArgs } from "../restore-path-args";
import type { S3CompatibleBucketArgs, StorageCredentialsArgs } from "../storage/s3-compatible-backup-storage-args";

/** One database with its backups and its drills. */
export interface RestorableDatabaseArgs {
  name: string;
  /** The role that owns it; it is made, and logs in when it has a password. */
  owner: string;
  /** A secret. @default the owner cannot log in */
  ownerPassword?: pulumi.Input<string>;
  /** @default "C" */
  locale?: string;
  /** @default ["public"] */
  schemas?: string[];
  /** The roles that log in. */
  roles?: LoginRoleArgs[];
  /** The role as which drills read, write and run the checks. */
  applicationRole: string;
  /** What tells that the application works on the restored data. At least one. */
  checks: ApplicationCheckArgs[];
  /** SQL that returns the newest migration as one value. @default the usual migration tables are looked for */
  migrationQuery?: string;
  /** What backups may lack although pg_dump leaves it out without a word, see LogicalBackupArgs. @default nothing */
  notBackedUp?: string[];
  /** Tables that are not backed up at all: `schema.table` patterns, see RestorePathArgs. @default everything is backed up */
  excludeTables?: string[];
  /** Tables of which the definition is backed up, and no row. @default all rows are backed up */
  excludeTableData?: string[];
}

/**
 * Which of the cluster's databases ought to be among `databases`. Patterns are names in which `*` stands for any characters.
 */
export interface CoverageArgs {
  /** @default ["*"] */
  include?: string[];
  /** Databases that need no backup. @default none */
  exclude?: string[];
}

/** The backups of every database. See LogicalBackup for each. */
export interface BackupPlanArgs {
  /** Five cron fields. */
  schedule: string;
  /** @default "UTC" */
  timeZone?: string;
  /** @default "1h" */
  deadline?: string;
  /** Recovery point objective. */
  rpo: string;
  /** Everything younger is kept. */
  retention: string;
  /**
   * What is kept beside that, by count. It switches pruning on, as `pruneSchedule` does, and a pruner's key.
   * @default nothing
   */
  keep?: KeepCountsArgs;
  /** When what no rule keeps is removed: five cron fields, in the backups' time zone. @default "30 3 * * *" */
  pruneSchedule?: string;
  /** @default 3 */
  compressionLevel?: number;
  /** The size of the database up to which each backup has its drill compare every row. @default "20Gi" */
  everyRowUpTo?: string;
  /** `none`, `age` or `kms`. @default "none" */
  encryptionScheme?: string;
  /** For whom backups are encrypted: goes with the scheme. */
  encryption?: BackupEncryptionArgs;
  /**
   * Each scheduled backup of the first database looks for databases of the cluster that have no backup, such as one made by
   * hand; the Job then fails, after its backup is stored, and names them. @default every database ought to have one
   */
  coverage?: CoverageArgs;
  /** @default true */
  onDeployment?: boolean;
  /** CPU request. @default "250m" */
  cpu?: string;
  /** @default "300Mi" */
  memory?: string;
}

/**
 * The drills of every database. See RestoreDrill for each; with `by: "platform"`, PlatformDrill: then this stack declares
 * only when and where they run and what they must achieve, and everything else is the platform's.
 */
export interface DrillPlanArgs {
  /**
   * `stack`: this stack declares the drills and holds their key. `platform`: a platform's own stack does; its RestoreDrills
   * are called `<name>-<database>-drill`, as they would be here. @default "stack"
   */
  by?: string;
  /** A namespace for drills alone; it is made, by the stack that declares the drills. @default "<namespace>-drill" */
  namespace?: string;
  /** Recovery time objective. */
  rto: string;
  /** @default true */
  afterBackup?: boolean;
  /** Five cron fields, in the backups' time zone. @default no schedule */
  schedule?: string;
  /** @default true */
  onDeployment?: boolean;
  /** @default "1h" */
  deadline?: string;
  /** @default 2 */
  jobs?: number;
  temporaryStorage?: TemporaryStorageArgs;
  serverParameters?: Record<string, string>;
  /** `on`: the RTO is measured on a server that keeps its data as one in production does. @default "off" */
  durability?: string;
  /** What the application sets in its sessions, such as `{"app.tenant_id": "7"}`: see RestoreDrill. @default nothing */
  applicationSettings?: Record<string, string>;
  /** How drills read and write as the application's role: see RestoreDrill. @default a row that the role may use */
  probe?: DrillProbeArgs;
  /** @default "512Mi" */
  serverMemory?: string;
  /** CPU request. @default "500m" */
  serverCpu?: string;
  /** @default "300Mi" */
  agentMemory?: string;
  /** The API server's addresses, as ranges; needed unless a platform drills: see DrillNamespace, which says how to find them. */
  apiServerCidrs?: string[];
  /** The resolver's addresses, where it is a process of the node. @default the cluster's DNS pods */
  dnsCidr?: string;
  /** Needed unless a platform drills. */
  signingKey?: SigningKeyArgs;
  /**
   * Ed25519 public keys, PEM: whose evidence counts when backups are removed, and for the command `restorable`.
   * @default none: nothing that a drill found makes a backup go
   */
  evidenceKeys?: string[];
  /** What opens the backups: needed exactly when they are encrypted by age. */
  identity?: RecoveryIdentityArgs;
  /** Files with drill evidence of earlier environments. */
  promotedEvidence?: string[];
  /** The kubeconfig's context in which evidence is looked for at preview. @default its current one */
  kubeContext?: string;
}

/** Backups in a bucket of any server that speaks S3. See S3CompatibleBackupStorage. */
export interface BackupStoreArgs extends S3CompatibleBucketArgs {
  /** May write below `evidence/` and nothing else: used by drills. Needed unless a platform drills. */
  evidence?: StorageCredentialsArgs;
  /**
   * May read and list below `backups/`: used in the source's namespace, with `offSite`.
   * @default the reader's key, where that is given itself and not as the name of a Secret
   */
  copier?: StorageCredentialsArgs;
}

/** A second bucket, on any server that speaks S3: every backup is copied there, and drills restore the two in turn. */
export interface OffSiteStoreArgs extends S3CompatibleBucketArgs {
  /** When backups are copied: five cron fields, in the backups' time zone. */
  schedule: string;
  /** How long one copying may take. @default "1h" */
  deadline?: string;
  /** Recovery point objective of the copy: the most that may be lost when everything but the copy is. */
  rpo: string;
  /** Everything younger is kept there. @default the backups' own */
  retention?: string;
  /** What is kept there beside that, by count; with a pruner. @default the backups' own */
  keep?: KeepCountsArgs;
}

/** How the deployment itself reaches the primary, to declare databases, roles and grants. */
export interface AccessArgs {
  host: string;
  /** @default 5432 */
  port?: number;
  /**
   * `disable`, `require`, `verify-ca` or `verify-full`. `require` encrypts, and proves no server.
   * @default "verify-full" where `caFile` is given, else "require"
   */
  sslMode?: string;
  /**
   * A file with the certificate (PEM) of the authority that signed the server's, such as `ca.crt` of the cluster's CA
   * Secret: the admin's password then goes to no other server than `host`. @default none
   */
  caFile?: string;
  /** The password of the role that makes them; the role is declared with the cluster: a secret. */
  adminPassword: pulumi.Input<string>;
}
