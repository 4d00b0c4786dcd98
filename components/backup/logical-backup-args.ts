import { z } from "zod";
import { backupTimingProblems } from "../../model/contradictions";
import { cpuField, durationField, sizeField, timeZoneField } from "../../model/fields";
import { cronJobNameProblem, kubernetesName, postgresIdentifier } from "../../model/names";
import { notBackedUpSchema } from "../../model/not-backed-up";
import { namePatternField } from "../../model/patterns";
import { EVERY_ROW_UP_TO } from "../../model/share";
import { type PodSettingsArgs, podSettingsField, podSettingsProblem } from "../kubernetes/pod-settings";
import {
  type AddressArgs,
  addressField,
  type RestorePathArgs,
  restorePathField,
  type TargetArgs,
  targetField,
} from "../restore-path-args";
import { type StorageAccessArgs, storageAccessField } from "../storage/storage-access";
import { reportProblem, reportProblems } from "../validate";
import { type BackupEncryptionArgs, backupEncryptionField, backupEncryptionProblems } from "./backup-encryption-args";

/**
 * The drill that is asked for when a backup is complete. The backup's service account may write the backup's id into one
 * ConfigMap of the drills' namespace, and has no other right there: what runs, RestoreDrill has declared.
 */
export interface RequestDrillArgs {
  /** The drills' namespace. */
  namespace: string;
  /** The RestoreDrill's name. It must name this backup as `requestedBy`: that gives the right to ask. */
  drill: string;
}

/**
 * Which of the server's databases ought to have backups. Patterns are names in which `*` stands for any characters; upper
 * and lower case count, and inside double quotes every character stands for itself.
 */
export interface DatabaseCoverageArgs {
  /** Databases that ought to be backed up. `postgres` is meant only by its full name, templates never. @default ["*"] */
  include?: string[];
  /** Databases that need no backup. @default none */
  exclude?: string[];
  /** Databases, by their full names, whose backups are declared elsewhere. This backup's own counts by itself. @default none */
  declared?: string[];
}

export interface ServerCaArgs {
  /** A Secret in the target's namespace. CloudNativePG's is `<cluster>-ca`. */
  secret: string;
  /** Its key with the authority's certificate (PEM): nothing else of the Secret comes into the pod. @default "ca.crt" */
  key?: string;
}

export interface LogicalBackupArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** The stack's name, for manifests. @default the Pulumi stack */
  stack?: string;
  target: TargetArgs;
  /** The primary's address. */
  source: AddressArgs;
  /**
   * By whom the server's certificate is signed: the connection is encrypted, and the server proved to be `source.host`.
   * @default TLS where the server offers it, and nobody proves anything
   */
  serverCa?: ServerCaArgs;
  /** A Secret in the target's namespace with `username` and `password` of a role that may read everything. */
  credentialsSecret: string;
  /** Where backups go: the storage's writer access. */
  storage: StorageAccessArgs;
  /** The storage's prefix. @default "" */
  prefix?: string;
  restorePath: RestorePathArgs;
  /** For whom backups are encrypted: goes with `restorePath.encryption`. @default they are stored as they are */
  encryption?: BackupEncryptionArgs;
  /** Five cron fields: minute, hour, day, month, weekday. */
  schedule: string;
  /** An IANA time zone. @default "UTC" */
  timeZone?: string;
  /** How long one backup may take; then it is stopped and has failed. @default "1h" */
  deadline?: string;
  /** Recovery point objective: the most that may be lost. The schedule must be able to meet it. */
  rpo: string;
  /** How long backups are kept. */
  retention: string;
  /** zstd level, 1 to 19. @default 3 */
  compressionLevel?: number;
  /**
   * The size of the database up to which each backup records a digest of every row for its drill. Beyond it, backups take
   * turns with parts of the rows, each as large as that or a little smaller. @default "20Gi"
   */
  everyRowUpTo?: string;
  /** SQL that returns the newest migration as one value. @default the usual migration tables are looked for */
  migrationQuery?: string;
  /**
   * What the backup may lack, although pg_dump leaves it out without a word: names as the refusal of a backup gives them,
   * such as `function pg_catalog.hello(integer)`; `*` stands for any characters. Each shows as a warning of the backup.
   * @default a backup that would lose something is refused
   */
  notBackedUp?: string[];
  /** Whether a deployment takes a backup at once, and fails when that fails. @default true */
  onDeployment?: boolean;
  /** @default no drill is asked for */
  requestDrill?: RequestDrillArgs;
  /**
   * Has each scheduled backup, once it is stored, look for databases of the server that have none, such as one made by
   * hand: the Job then fails with exit code 4 and names them. One backup of each server should have it.
   * @default nobody looks
   */
  coverage?: DatabaseCoverageArgs;
  /** CPU request; there is no limit. @default "250m" */
  cpu?: string;
  /** Memory request and limit. @default "300Mi" */
  memory?: string;
  /** What the platform asks of pods: OpenShift's user ids, a CPU limit. @default nothing */
  pods?: PodSettingsArgs;
}

export const prefixField = z
  .string()
  .regex(/^$|^[^/].*\/$/, { error: 'must be empty or end in a slash without beginning with one, such as "shop/"' });

export const logicalBackupSchema = z
  .strictObject({
    environment: kubernetesName,
    stack: z.string().min(1).optional(),
    target: targetField,
    source: addressField,
    serverCa: z
      .strictObject({
        secret: kubernetesName,
        key: z
          .string()
          .regex(/^[-._a-zA-Z0-9]+$/, { error: "must be a key of a Secret: letters, digits, -, _ and ." })
          .default("ca.crt"),
      } satisfies Record<keyof ServerCaArgs, z.ZodType>)
      .optional(),
    credentialsSecret: kubernetesName,
    storage: storageAccessField,
    prefix: prefixField.default(""),
    restorePath: restorePathField,
    encryption: backupEncryptionField.optional(),
    schedule: z.string(),
    timeZone: timeZoneField.default("UTC"),
    deadline: durationField.default("1h"),
    rpo: durationField,
    retention: durationField,
    compressionLevel: z.int().min(1).max(19).default(3),
    everyRowUpTo: sizeField.default(EVERY_ROW_UP_TO),
    migrationQuery: z.string().min(1).optional(),
    notBackedUp: notBackedUpSchema.default([]),
    onDeployment: z.boolean().default(true),
    requestDrill: z
      .strictObject({ namespace: kubernetesName, drill: kubernetesName } satisfies Record<
        keyof RequestDrillArgs,
        z.ZodType
      >)
      .optional(),
    coverage: z
      .strictObject({
        include: z.array(namePatternField).min(1).default(["*"]),
        exclude: z.array(namePatternField).default([]),
        declared: z.array(postgresIdentifier).default([]),
      } satisfies Record<keyof DatabaseCoverageArgs, z.ZodType>)
      .optional(),
    cpu: cpuField.default("250m"),
    memory: sizeField.default("300Mi"),
    pods: podSettingsField,
  } satisfies Record<keyof LogicalBackupArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblems(backupTimingProblems(args), context);
    reportProblem(podSettingsProblem(args.pods, [args.storage.kind]), context, "pods", "userIds");
    reportProblems(backupEncryptionProblems(args.restorePath.encryption, args.encryption), context);
  }) satisfies z.ZodType<LogicalBackupArgs>;

export type BackupDeclaration = z.output<typeof logicalBackupSchema>;

/** The schema for a component called `name`, which becomes a CronJob's name. */
export const logicalBackupSchemaFor = (name: string) =>
  logicalBackupSchema.superRefine((_, context) => reportProblem(cronJobNameProblem(name), context));
