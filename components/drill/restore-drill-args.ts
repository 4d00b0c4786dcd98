import { z } from "zod";
import { DURABILITIES } from "../../model/conditions";
import { drillNamespaceProblem, drillTimingProblems } from "../../model/contradictions";
import { parseDuration } from "../../model/duration";
import { ATTESTATIONS } from "../../model/evidence";
import { countField, cpuField, durationField, sizeField, timeZoneField } from "../../model/fields";
import { cronJobNameProblem, kubernetesName } from "../../model/names";
import { applicationSettingsField, probeField, serverParametersField } from "../../model/server-parameters";
import { DEFAULT_SHRINKAGE } from "../../model/shrinkage";
import {
  type BackupEncryptionArgs,
  backupEncryptionField,
  drillEncryptionProblems,
} from "../backup/backup-encryption-args";
import { prefixField } from "../backup/logical-backup-args";
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
import { type RecoveryIdentityArgs, recoveryIdentityField, recoveryIdentityProblem } from "./recovery-identity-args";
import { programKeyProblem, type SigningKeyArgs, signingKeyField } from "./signing-key-args";

/** When drills run. At least one. */
export interface DrillTriggersArgs {
  /**
   * After each backup: LogicalBackup's `requestDrill` must name this drill, and `requestedBy` that backup. @default true
   */
  afterBackup?: boolean;
  /** Five cron fields. @default no schedule */
  schedule?: string;
  /** An IANA time zone. @default "UTC" */
  timeZone?: string;
  /** Whether a deployment drills at once, and fails when that fails. @default true */
  onDeployment?: boolean;
}

/** What a recovery must achieve; the drill measures it and the policy pack compares. */
export interface RecoveryObjectivesArgs {
  /** Recovery point objective: the most that may be lost. */
  rpo: string;
  /**
   * Recovery time objective: from the request for the drill, with scheduling and images, until the application's role has
   * read and written. `durability` says under which conditions it is measured.
   */
  rto: string;
}

/** The room for the downloaded backup and the restored database together. */
export interface TemporaryStorageArgs {
  /** @default "10Gi" */
  size?: string;
  /** A storage class for a volume that lives as long as the drill. @default the node's own disk */
  storageClass?: string;
}

/** The off-site copy that drills restore in turn with the first. */
export interface OffSiteDrillArgs {
  /** How drills read it: the other storage's reader access. */
  reader: StorageAccessArgs;
  /** The other storage's prefix. @default "" */
  prefix?: string;
  /**
   * Recovery point objective of the copy, as BackupCopy's: how old the newest backup there may be when it is drilled.
   * @default the drill's own `objectives.rpo`, which a copy that lags behind can hardly meet
   */
  rpo?: string;
}

/** How many rows may be gone since the last drill that passed: a perfect backup of an emptied database restores perfectly. */
export interface ShrinkageArgs {
  /** `on`, or `off`: nobody looks. @default "on" */
  check?: string;
  /** The least that there must be of the rows of before, in percent. @default 50 */
  leastPercent?: number;
  /** From how many rows on a table must not be empty afterwards. @default 1000 */
  emptiedFrom?: number;
  /** How long a drill that passed counts as the one before. @default "7d" */
  within?: string;
}

/** One statement each, as the application's role, in a transaction that is rolled back; it must return or touch a row. */
export interface DrillProbeArgs {
  /** Such as `SELECT * FROM api.orders_of(7)`. @default a row of a table or view that the role may read */
  read?: string;
  /** Such as `SELECT api.place_order(7, 'test')`. @default an update or insert that the role may do */
  write?: string;
}

export interface RestoreDrillArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** The stack's name, for evidence. @default the Pulumi stack */
  stack?: string;
  /** The database whose backups are drilled. */
  target: TargetArgs;
  /** Where the source listens: the drill shows that it cannot get there. */
  source: AddressArgs;
  restorePath: RestorePathArgs;
  /** Where drills run: a DrillNamespace's. Never the source's. */
  drillNamespace: string;
  objectives: RecoveryObjectivesArgs;
  triggers?: DrillTriggersArgs;
  /**
   * The LogicalBackup that may ask for drills, by its name: its service account, in the target's namespace, gets the right
   * to write into the ConfigMap `<name>-requests`, and no other. Needed exactly when `triggers.afterBackup` is true.
   */
  requestedBy?: string;
  /**
   * Who declares the drill, as its evidence says: `self`, the stack that it drills, or `platform`, a stack apart from it,
   * which holds the key; `stack` is then the stack that is drilled. @default "self"
   */
  attestation?: string;
  /** How drills read backups: the storage's reader access. */
  reader: StorageAccessArgs;
  /** How drills store evidence: the storage's evidence access. */
  evidence: StorageAccessArgs;
  /** The storage's prefix. @default "" */
  prefix?: string;
  /** The off-site copy, which takes turns with the first: each run drills the one that was drilled longer ago. @default there is none */
  offSite?: OffSiteDrillArgs;
  signingKey: SigningKeyArgs;
  /**
   * For whom backups are encrypted, as LogicalBackup's: needed when `restorePath.encryption` is "kms", for the drill asks no
   * KMS that a file in the storage names. @default none is asked
   */
  encryption?: BackupEncryptionArgs;
  /** What opens the backups: needed exactly when `restorePath.encryption` is "age". @default nothing */
  identity?: RecoveryIdentityArgs;
  /** When a drill fails since rows are gone. @default below half of the rows, or a table emptied that had 1000 */
  shrinkage?: ShrinkageArgs;
  /** How long one drill may take; then it is stopped and has failed. @default "1h" */
  deadline?: string;
  /** How many processes restore at once. @default 2 */
  jobs?: number;
  temporaryStorage?: TemporaryStorageArgs;
  /** Settings that the temporary server needs as well, such as shared_preload_libraries. */
  serverParameters?: Record<string, string>;
  /**
   * `on`: the temporary server runs with fsync, full_page_writes and synchronous_commit on, wal_level replica and data
   * checksums, as a recovery in production does, so that the RTO is that of one. `off` is quicker, and evidence says so.
   * @default "off"
   */
  durability?: string;
  /**
   * What the application sets in its sessions and policies, triggers or constraints ask for, such as
   * `{"app.tenant_id": "7"}`. No secrets: they are in the drill's ConfigMap. @default nothing
   */
  applicationSettings?: Record<string, string>;
  /** How the drill reads and writes as the application's role. @default a row of a table or view that the role may use */
  probe?: DrillProbeArgs;
  /** Memory request and limit of the temporary server. @default "512Mi" */
  serverMemory?: string;
  /** CPU request of the temporary server; there is no limit. @default "500m" */
  serverCpu?: string;
  /** Memory request and limit of the agent. @default "300Mi" */
  agentMemory?: string;
  /** What the platform asks of pods: OpenShift's user ids, a CPU limit. @default nothing */
  pods?: PodSettingsArgs;
  /** Files with drill evidence of earlier environments, relative to the working directory. */
  promotedEvidence?: string[];
  /** The kubeconfig's context in which evidence is looked for at preview. @default its current one */
  kubeContext?: string;
}

const triggers = z.strictObject({
  afterBackup: z.boolean().default(true),
  schedule: z.string().optional(),
  timeZone: timeZoneField.default("UTC"),
  onDeployment: z.boolean().default(true),
} satisfies Record<keyof DrillTriggersArgs, z.ZodType>);

export const objectivesField = z.strictObject({ rpo: durationField, rto: durationField } satisfies Record<
  keyof RecoveryObjectivesArgs,
  z.ZodType
>);

export const objectivesInSeconds = ({ rpo, rto }: RecoveryObjectivesArgs) => ({
  rpoSeconds: parseDuration(rpo),
  rtoSeconds: parseDuration(rto),
});

const SAME_CLAIM =
  "is the claim by which backups are read: a pod that mounts one claim as two volumes may wait for them for ever; give " +
  "evidence a claim of its own, as NfsBackupStorage does";

const ONE_ROLE =
  "is another role than reader.roleArn: a pod has one service account, and that has one role; give both copies one that may read them both";

function requestedByProblem(afterBackup: boolean, requestedBy: string | undefined): string | undefined {
  if (afterBackup && requestedBy === undefined)
    return "is missing: name the LogicalBackup that asks for a drill of each backup, or say triggers.afterBackup: false";
  if (!afterBackup && requestedBy !== undefined)
    return "has no meaning with triggers.afterBackup: false: no backup asks for drills";
  return undefined;
}

/** Settings that `durability: "on"` gives: two answers to one question are none. */
const OF_DURABILITY = ["fsync", "full_page_writes", "synchronous_commit", "wal_level"];

function durabilityProblem(durability: string, parameters: Record<string, string>): string | undefined {
  const given = durability === "on" ? Object.keys(parameters).filter((name) => OF_DURABILITY.includes(name)) : [];
  if (given.length === 0) return undefined;
  return `gives ${given.join(", ")}, and so does durability: "on"; leave one of the two out`;
}

function platformStackProblem(attestation: string, stack: string | undefined): string | undefined {
  if (attestation !== "platform" || stack !== undefined) return undefined;
  return "is missing: evidence of a platform's drill names the stack that is drilled, not the one that declares the drill";
}

export const restoreDrillSchema = z
  .strictObject({
    environment: kubernetesName,
    stack: z.string().min(1).optional(),
    target: targetField,
    source: addressField,
    restorePath: restorePathField,
    drillNamespace: kubernetesName,
    objectives: objectivesField,
    triggers: triggers.prefault({}),
    requestedBy: kubernetesName.optional(),
    attestation: z.enum(ATTESTATIONS).default("self"),
    reader: storageAccessField,
    evidence: storageAccessField,
    prefix: prefixField.default(""),
    offSite: z
      .strictObject({
        reader: storageAccessField,
        prefix: prefixField.default(""),
        rpo: durationField.optional(),
      } satisfies Record<keyof OffSiteDrillArgs, z.ZodType>)
      .optional(),
    signingKey: signingKeyField,
    encryption: backupEncryptionField.optional(),
    identity: recoveryIdentityField.optional(),
    shrinkage: z
      .strictObject({
        check: z.enum(["on", "off"]).default("on"),
        leastPercent: z.number().min(0).max(100).default(DEFAULT_SHRINKAGE.leastPercent),
        emptiedFrom: countField(1).default(DEFAULT_SHRINKAGE.emptiedFrom),
        within: durationField.default("7d"),
      } satisfies Record<keyof ShrinkageArgs, z.ZodType>)
      .optional(),
    deadline: durationField.default("1h"),
    jobs: z.int().min(1).max(64).default(2),
    temporaryStorage: z
      .strictObject({ size: sizeField.default("10Gi"), storageClass: z.string().min(1).optional() } satisfies Record<
        keyof TemporaryStorageArgs,
        z.ZodType
      >)
      .prefault({}),
    serverParameters: serverParametersField.default({}),
    durability: z.enum(DURABILITIES).default("off"),
    applicationSettings: applicationSettingsField.optional(),
    probe: (probeField satisfies z.ZodType<DrillProbeArgs>).optional(),
    serverMemory: sizeField.default("512Mi"),
    serverCpu: cpuField.default("500m"),
    agentMemory: sizeField.default("300Mi"),
    pods: podSettingsField,
    promotedEvidence: z.array(z.string().min(1)).default([]),
    kubeContext: z.string().min(1).optional(),
  } satisfies Record<keyof RestoreDrillArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblem(drillNamespaceProblem(args.drillNamespace, args.target.namespace), context, "drillNamespace");
    reportProblems(drillEncryptionProblems(args.restorePath.encryption, args.encryption), context);
    reportProblem(recoveryIdentityProblem(args.restorePath.encryption, args.identity), context, "identity");
    reportProblem(programKeyProblem(args.environment, args.signingKey), context, "signingKey", "privateKey");
    reportProblem(requestedByProblem(args.triggers.afterBackup, args.requestedBy), context, "requestedBy");
    reportProblem(platformStackProblem(args.attestation, args.stack), context, "stack");
    reportProblem(durabilityProblem(args.durability, args.serverParameters), context, "serverParameters");
    const kinds = [args.reader.kind, args.evidence.kind, args.offSite?.reader.kind];
    reportProblem(podSettingsProblem(args.pods, kinds), context, "pods", "userIds");
    const claims = [args.reader.claim, args.offSite?.reader.claim];
    if (args.evidence.claim !== undefined && claims.includes(args.evidence.claim))
      reportProblem(SAME_CLAIM, context, "evidence", "claim");
    const [role, offSiteRole] = [args.reader.roleArn, args.offSite?.reader.roleArn];
    if (role !== undefined && offSiteRole !== undefined && role !== offSiteRole)
      reportProblem(ONE_ROLE, context, "offSite", "reader", "roleArn");
    const { schedule, timeZone, afterBackup, onDeployment } = args.triggers;
    const timing = { schedule, timeZone, triggers: [afterBackup, onDeployment] };
    reportProblems(drillTimingProblems(timing), context, ["triggers"]);
  }) satisfies z.ZodType<RestoreDrillArgs>;

export type DrillDeclaration = z.output<typeof restoreDrillSchema>;

/** The schema for a component called `name`, which becomes a CronJob's name. */
export const restoreDrillSchemaFor = (name: string) =>
  restoreDrillSchema.superRefine((_, context) => reportProblem(cronJobNameProblem(name), context));
