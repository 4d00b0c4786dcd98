import { z } from "zod";
import { cronProblem } from "../../model/cron";
import { checked, cpuField, durationField, imageField, sizeField, timeZoneField } from "../../model/fields";
import { cronJobNameProblem, kubernetesName } from "../../model/names";
import { keepCountsFields } from "../../model/retention-policy";
import { verifyingKeyProblem } from "../../model/signing-key";
import { type PodSettingsArgs, podSettingsField, podSettingsProblem } from "../kubernetes/pod-settings";
import { type TargetArgs, targetField } from "../restore-path-args";
import { type StorageAccessArgs, storageAccessField } from "../storage/storage-access";
import { reportProblem } from "../validate";
import { prefixField } from "./logical-backup-args";

/** How many periods have their newest good backup kept; periods without one do not count. */
export interface KeepCountsArgs {
  /** At most 8784. @default 0 */
  hourly?: number;
  /** At most 3660. @default 0 */
  daily?: number;
  /** ISO weeks, from Monday on; at most 5200. @default 0 */
  weekly?: number;
  /** At most 1200. @default 0 */
  monthly?: number;
  /** At most 100. @default 0 */
  yearly?: number;
}

export interface BackupRetentionArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** The stack's name, as the LogicalBackup writes it into manifests. @default the Pulumi stack */
  stack?: string;
  /** The database whose backups these are. No other one's are touched. */
  target: TargetArgs;
  /** Where the backups are: the storage's pruner access, which may delete below `backups/`. */
  storage: StorageAccessArgs;
  /** The storage's prefix. @default "" */
  prefix?: string;
  /** `primary`, or `off-site` where the storage is the one that BackupCopy copies to. @default "primary" */
  copy?: string;
  /** The image of the agent. */
  agentImage: string;
  /** Everything younger is kept, such as `14d`. */
  retention: string;
  /** What is kept beside that, by count. @default nothing */
  keep?: KeepCountsArgs;
  /**
   * Ed25519 public keys, PEM, of the drills that restore these backups. Without them nothing a drill found is believed: a
   * pass keeps its backup, and a failure makes none go. @default none
   */
  evidenceKeys?: string[];
  /** Five cron fields: minute, hour, day, month, weekday. @default "30 3 * * *" */
  schedule?: string;
  /** An IANA time zone: the schedule's, and that of the hours, days, weeks, months and years. @default "UTC" */
  timeZone?: string;
  /** Only says, in the Job's log, what would be removed. @default false */
  dryRun?: boolean;
  /** How long one run may take; then it is stopped, and the next goes on. @default "1h" */
  deadline?: string;
  /** CPU request; there is no limit. @default "100m" */
  cpu?: string;
  /** Memory request and limit. @default "300Mi" */
  memory?: string;
  /** What the platform asks of pods: OpenShift's user ids, a CPU limit. @default nothing */
  pods?: PodSettingsArgs;
}

const keep = z.strictObject(keepCountsFields satisfies Record<keyof KeepCountsArgs, z.ZodType>);

export const backupRetentionSchema = z
  .strictObject({
    environment: kubernetesName,
    stack: z.string().min(1).optional(),
    target: targetField,
    storage: storageAccessField,
    prefix: prefixField.default(""),
    copy: z.enum(["primary", "off-site"]).default("primary"),
    agentImage: imageField,
    retention: durationField,
    keep: keep.prefault({}),
    evidenceKeys: z.array(checked(verifyingKeyProblem)).default([]),
    schedule: z.string().default("30 3 * * *"),
    timeZone: timeZoneField.default("UTC"),
    dryRun: z.boolean().default(false),
    deadline: durationField.default("1h"),
    cpu: cpuField.default("100m"),
    memory: sizeField.default("300Mi"),
    pods: podSettingsField,
  } satisfies Record<keyof BackupRetentionArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblem(cronProblem(args.schedule, 5, args.timeZone), context, "schedule");
    reportProblem(podSettingsProblem(args.pods, [args.storage.kind]), context, "pods", "userIds");
  }) satisfies z.ZodType<BackupRetentionArgs>;

export type RetentionDeclaration = z.output<typeof backupRetentionSchema>;

/** The schema for a component called `name`, which becomes a CronJob's name. */
export const backupRetentionSchemaFor = (name: string) =>
  backupRetentionSchema.superRefine((_, context) => reportProblem(cronJobNameProblem(name), context));
