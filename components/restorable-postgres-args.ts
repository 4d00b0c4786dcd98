import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { backupTimingProblems, drillTimingProblems } from "../model/contradictions";
import { durationField, imageField, portField, timeZoneField } from "../model/fields";
import { kubernetesName, postgresIdentifier } from "../model/names";
import { databaseResourceName } from "../model/settings";
import type { LoginRoleArgs } from "./access/database-access-args";
import type { BackupEncryptionArgs } from "./backup/backup-encryption-args";
import type {
  AntiAffinityArgs,
  ClusterResourcesArgs,
  ClusterStorageArgs,
  RoleCredentialsArgs,
  SynchronousReplicationArgs,
} from "./cluster/postgres-cluster-args";
import type { RecoveryIdentityArgs } from "./drill/recovery-identity-args";
import type { SigningKeyArgs, TemporaryStorageArgs } from "./drill/restore-drill-args";
import type { ApplicationCheckArgs } from "./restore-path-args";
import type { StorageCredentialsArgs } from "./storage/s3-compatible-backup-storage";
import { reportProblem, reportProblems } from "./validate";

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
  retention: string;
  /** @default 3 */
  compressionLevel?: number;
  /** @default 100 */
  keyRecordsPerTable?: number;
  /** `none`, `age` or `kms`. @default "none" */
  encryptionScheme?: string;
  /** For whom backups are encrypted: goes with the scheme. */
  encryption?: BackupEncryptionArgs;
  /** @default true */
  onDeployment?: boolean;
  /** CPU request. @default "250m" */
  cpu?: string;
  /** @default "300Mi" */
  memory?: string;
}

/** The drills of every database. See RestoreDrill for each. */
export interface DrillPlanArgs {
  /** A namespace for drills alone; it is made. @default "<namespace>-drill" */
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
  /** @default "512Mi" */
  serverMemory?: string;
  /** CPU request. @default "500m" */
  serverCpu?: string;
  /** @default "300Mi" */
  agentMemory?: string;
  /** @default "0.0.0.0/0", on ports 443 and 6443 */
  apiServerCidr?: string;
  signingKey: SigningKeyArgs;
  /** What opens the backups: needed exactly when they are encrypted by age. */
  identity?: RecoveryIdentityArgs;
  /** Files with drill evidence of earlier environments. */
  promotedEvidence?: string[];
  /** The kubeconfig's context in which evidence is looked for at preview. @default its current one */
  kubeContext?: string;
}

/** Where backups are kept. See S3CompatibleBackupStorage. */
export interface BackupStoreArgs {
  endpoint: string;
  bucket: string;
  region: string;
  prefix?: string;
  allowInsecure?: boolean;
  writer: StorageCredentialsArgs;
  reader: StorageCredentialsArgs;
  evidence: StorageCredentialsArgs;
}

/** How the deployment itself reaches the primary, to declare databases, roles and grants. */
export interface AccessArgs {
  host: string;
  /** @default 5432 */
  port?: number;
  /** `disable`, `require`, `verify-ca` or `verify-full`. @default "require" */
  sslMode?: string;
  /** The password of the role that makes them; the role is declared with the cluster: a secret. */
  adminPassword: pulumi.Input<string>;
}

export interface RestorablePostgresArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** @default the Pulumi stack */
  stack?: string;
  /** The cluster's namespace; it is made. */
  namespace: string;
  /** @default "cloudnative-pg" */
  engine?: string;
  postgresMajor: number;
  /** The server's image: the cluster's and the drills'. */
  serverImage: string;
  agentImage: string;
  /** @default 3 */
  instances?: number;
  storage: ClusterStorageArgs;
  resources?: ClusterResourcesArgs;
  parameters?: Record<string, string>;
  sharedPreloadLibraries?: string[];
  synchronous?: SynchronousReplicationArgs;
  antiAffinity?: AntiAffinityArgs;
  /** Whether Pulumi refuses to delete the cluster. @default true in `production`, else false */
  deletionProtection?: boolean;
  /** @default "15m" */
  readyTimeout?: string;
  /** The role that takes backups. */
  backupRole: RoleCredentialsArgs;
  databases: RestorableDatabaseArgs[];
  backup: BackupPlanArgs;
  drill: DrillPlanArgs;
  store: BackupStoreArgs;
  /** @default none: databases, roles and grants are yours to make, CONNECT for the backup role included */
  access?: AccessArgs;
}

/**
 * Only what no child can see: the rest is theirs to check, in their own words. Fields that a rule here reads are read
 * strictly, the others are passed on.
 */
export const restorablePostgresSchema = z
  .looseObject({
    namespace: kubernetesName,
    serverImage: imageField,
    databases: z
      .array(
        z.looseObject({ name: postgresIdentifier, owner: postgresIdentifier, applicationRole: postgresIdentifier }),
      )
      .min(1, { error: "must hold at least one database: there is nothing to back up" }),
    backup: z.looseObject({
      schedule: z.string(),
      timeZone: timeZoneField.default("UTC"),
      deadline: durationField.default("1h"),
      rpo: durationField,
      retention: durationField,
    }),
    drill: z.looseObject({
      namespace: kubernetesName.optional(),
      afterBackup: z.boolean().default(true),
      schedule: z.string().optional(),
      onDeployment: z.boolean().default(true),
    }),
    access: z
      .looseObject({
        host: z.string().min(1),
        port: portField.default(5432),
        sslMode: z.enum(["disable", "require", "verify-ca", "verify-full"]).default("require"),
      })
      .optional(),
  })
  .superRefine(({ backup, drill, databases, access }, context) => {
    reportProblems(backupTimingProblems(backup, drill), context, ["backup"]);
    const triggers = [drill.afterBackup, drill.onDeployment];
    const timing = { schedule: drill.schedule, timeZone: backup.timeZone, triggers };
    reportProblems(drillTimingProblems(timing), context, ["drill"]);
    const names = databases.map(({ name }) => databaseResourceName(name));
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice >= 0) {
      const message = `"${databases[twice]?.name}" becomes the Kubernetes name "${names[twice]}", which another database has`;
      reportProblem(message, context, "databases", String(twice), "name");
    }
    if (access && !("adminPassword" in access)) reportProblem("is missing", context, "access", "adminPassword");
  });
