import { z } from "zod";
import { copyTimingProblems } from "../../model/copy-timing";
import { cpuField, durationField, sizeField, timeZoneField } from "../../model/fields";
import { cronJobNameProblem, kubernetesName } from "../../model/names";
import { type PodSettingsArgs, podSettingsField, podSettingsProblem } from "../kubernetes/pod-settings";
import { type RestorePathArgs, restorePathField, type TargetArgs, targetField } from "../restore-path-args";
import { type StorageAccessArgs, storageAccessField, writerId } from "../storage/storage-access";
import { reportProblem, reportProblems } from "../validate";
import { prefixField } from "./logical-backup-args";

/** The backup that is copied: by it, and by the copy's own schedule, the most that may be lost is told. */
export interface CopiedBackupArgs {
  /** The LogicalBackup's schedule. */
  schedule: string;
  /** Its time zone. @default "UTC" */
  timeZone?: string;
  /** Its deadline. @default "1h" */
  deadline?: string;
}

export interface BackupCopyArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** The stack's name, as the LogicalBackup writes it into manifests. @default the Pulumi stack */
  stack?: string;
  /** The database whose backups are copied. */
  target: TargetArgs;
  /** The same as the LogicalBackup's. */
  restorePath: RestorePathArgs;
  /** The backup that is copied: the LogicalBackup's own values. */
  backup: CopiedBackupArgs;
  /** Where backups are: access that may read and list, usable in the target's namespace. */
  from: StorageAccessArgs;
  /** The prefix of the storage where backups are. @default "" */
  fromPrefix?: string;
  /** Where copies go: the other storage's writer access, usable in the target's namespace. */
  to: StorageAccessArgs;
  /** The prefix of the other storage. @default "" */
  toPrefix?: string;
  /** Five cron fields: minute, hour, day, month, weekday. */
  schedule: string;
  /** An IANA time zone. @default "UTC" */
  timeZone?: string;
  /** How long one copying may take; then it is stopped, and the next goes on. @default "1h" */
  deadline?: string;
  /** Recovery point objective of the copy: the most that may be lost when everything but the copy is lost. */
  rpo: string;
  /**
   * How long the other storage keeps backups: older ones are not copied, except the newest. Nothing is removed there by
   * this component. @default backups of every age are copied
   */
  retention?: string;
  /** Whether a deployment copies at once, and fails when that fails. @default true */
  onDeployment?: boolean;
  /** CPU request; there is no limit. @default "100m" */
  cpu?: string;
  /** Memory request and limit. @default "300Mi" */
  memory?: string;
  /** What the platform asks of pods: OpenShift's user ids, a CPU limit. @default nothing */
  pods?: PodSettingsArgs;
}

const copiedBackup = z.strictObject({
  schedule: z.string(),
  timeZone: timeZoneField.default("UTC"),
  deadline: durationField.default("1h"),
} satisfies Record<keyof CopiedBackupArgs, z.ZodType>);

export const backupCopySchema = z
  .strictObject({
    environment: kubernetesName,
    stack: z.string().min(1).optional(),
    target: targetField,
    restorePath: restorePathField,
    backup: copiedBackup,
    from: storageAccessField,
    fromPrefix: prefixField.default(""),
    to: storageAccessField,
    toPrefix: prefixField.default(""),
    schedule: z.string(),
    timeZone: timeZoneField.default("UTC"),
    deadline: durationField.default("1h"),
    rpo: durationField,
    retention: durationField.optional(),
    onDeployment: z.boolean().default(true),
    cpu: cpuField.default("100m"),
    memory: sizeField.default("300Mi"),
    pods: podSettingsField,
  } satisfies Record<keyof BackupCopyArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblems(copyTimingProblems(args), context);
    reportProblem(podSettingsProblem(args.pods, [args.from.kind, args.to.kind]), context, "pods", "userIds");
    const { from, to, fromPrefix, toPrefix } = args;
    if (writerId(from, "") === writerId(to, "") && fromPrefix === toPrefix)
      reportProblem("is where the backups are: a copy belongs to another storage", context, "to");
    const [reader, writer] = [from.roleArn, to.roleArn];
    if (reader !== undefined && writer !== undefined && reader !== writer)
      reportProblem(
        "is another role than from.roleArn: a pod has one service account, and that has one role; give both sides one that may read here and write there",
        context,
        "to",
        "roleArn",
      );
  }) satisfies z.ZodType<BackupCopyArgs>;

export type CopyDeclaration = z.output<typeof backupCopySchema>;

/** The schema for a component called `name`, which becomes a CronJob's name. */
export const backupCopySchemaFor = (name: string) =>
  backupCopySchema.superRefine((_, context) => reportProblem(cronJobNameProblem(name), context));
