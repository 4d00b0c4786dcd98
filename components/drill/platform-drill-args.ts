import { z } from "zod";
import { drillNamespaceProblem, drillTimingProblems } from "../../model/contradictions";
import { durationField, timeZoneField } from "../../model/fields";
import { cronJobNameProblem, kubernetesName } from "../../model/names";
import { STORAGE_KINDS } from "../../model/storage-access";
import { type RestorePathArgs, restorePathField, type TargetArgs, targetField } from "../restore-path-args";
import { reportProblem, reportProblems } from "../validate";
import { objectivesField, type RecoveryObjectivesArgs } from "./restore-drill-args";

/** When the platform's drill runs, as its own stack declares it. */
export interface PlatformDrillTriggersArgs {
  /** After each backup: LogicalBackup's `requestDrill` names it, too. @default true */
  afterBackup?: boolean;
  /** Five cron fields. @default no schedule */
  schedule?: string;
  /** An IANA time zone. @default "UTC" */
  timeZone?: string;
  /** Whether each deployment of the platform's stack drills. @default false */
  onDeployment?: boolean;
}

/** The off-site copy that the platform's drill restores in turn with the first. */
export interface PlatformOffSiteArgs {
  /** `s3-compatible`, `s3` or `nfs`. @default "s3-compatible" */
  storageKind?: string;
  /** Recovery point objective of the copy. @default the drill's own `objectives.rpo` */
  rpo?: string;
}

export interface PlatformDrillArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** This stack's name, as the platform's RestoreDrill has it: evidence names it. @default the Pulumi stack */
  stack?: string;
  /** The database whose backups are drilled. */
  target: TargetArgs;
  /** The same as the LogicalBackup's, and as the platform's RestoreDrill declares it. */
  restorePath: RestorePathArgs;
  /** Where backups are: `s3-compatible`, `s3` or `nfs`. @default "s3-compatible" */
  storageKind?: string;
  /** @default there is no copy */
  offSite?: PlatformOffSiteArgs;
  /** The namespace in which the platform drills. This stack neither makes nor changes anything there. */
  drillNamespace: string;
  /** The name of the platform's RestoreDrill. */
  drill: string;
  /** What the drill must achieve; the policy pack compares. */
  objectives: RecoveryObjectivesArgs;
  triggers?: PlatformDrillTriggersArgs;
  /** Files with drill evidence, relative to the working directory; also of earlier environments. @default none */
  promotedEvidence?: string[];
  /** The kubeconfig's context in which evidence is looked for at preview. @default its current one */
  kubeContext?: string;
}

const triggers = z.strictObject({
  afterBackup: z.boolean().default(true),
  schedule: z.string().optional(),
  timeZone: timeZoneField.default("UTC"),
  onDeployment: z.boolean().default(false),
} satisfies Record<keyof PlatformDrillTriggersArgs, z.ZodType>);

const storageKind = z.enum(STORAGE_KINDS).default("s3-compatible");

export const platformDrillSchema = z
  .strictObject({
    environment: kubernetesName,
    stack: z.string().min(1).optional(),
    target: targetField,
    restorePath: restorePathField,
    storageKind,
    offSite: z
      .strictObject({ storageKind, rpo: durationField.optional() } satisfies Record<
        keyof PlatformOffSiteArgs,
        z.ZodType
      >)
      .optional(),
    drillNamespace: kubernetesName,
    drill: kubernetesName,
    objectives: objectivesField,
    triggers: triggers.prefault({}),
    promotedEvidence: z.array(z.string().min(1)).default([]),
    kubeContext: z.string().min(1).optional(),
  } satisfies Record<keyof PlatformDrillArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblem(drillNamespaceProblem(args.drillNamespace, args.target.namespace), context, "drillNamespace");
    reportProblem(cronJobNameProblem(args.drill), context, "drill");
    const { schedule, timeZone, afterBackup, onDeployment } = args.triggers;
    const timing = { schedule, timeZone, triggers: [afterBackup, onDeployment] };
    reportProblems(drillTimingProblems(timing), context, ["triggers"]);
  }) satisfies z.ZodType<PlatformDrillArgs>;

export type PlatformDrillDeclaration = z.output<typeof platformDrillSchema>;
