import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { problem as awsScheduleProblem } from "../../model/aws-schedule";
import { CHECKLIST_POINTS } from "../../model/checklist";
import { drillNamespaceProblem } from "../../model/contradictions";
import { cronProblem } from "../../model/cron";
import { checked, countField, imageField, kebabField, versionField, wordField } from "../../model/fields";
import { kubernetesName } from "../../model/names";
import { type TargetArgs, targetField } from "../restore-path-args";
import { reportProblem } from "../validate";
import { objectivesField, type RecoveryObjectivesArgs } from "./restore-drill-args";

/** What restores and checks. */
export interface DrillToolArgs {
  /** One word, such as `restore-testing` or `verify_restore.sh`. */
  name: string;
  /** Its version, or the commit of a script: another version may check in another way. */
  version: string;
}

/** How the tool makes a database of a backup again; whatever is changed here makes earlier evidence worthless. */
export interface ExternalRestorePathArgs {
  /** What runs the database: `crunchy-pgo`, `zalando`, `stackgres`, `aws-rds`, `cloudnative-pg`. */
  engine: string;
  /** At least 10. */
  postgresMajor: number;
  /** `logical` (a dump), `physical` (files, with or without WAL) or `snapshot` (of a volume or an instance). */
  backupMethod: string;
  /** Where the restored copy lies, in lower case: `s3`, `gcs`, `azure`, `volume`, `rds-snapshot`, `aws-backup`. */
  storageKind: string;
  /** `outside` when that copy would survive the loss of the cluster, `inside` when it would go with it. */
  storageCopy: string;
  /** How it restores, in one word: `pg_restore`, `pgbackrest-restore`, `clone`, `restore-db-instance-from-snapshot`. */
  procedure: string;
  tool: DrillToolArgs;
  /** The image of the restored server, when there is one. It must be the source's. */
  serverImage?: string;
}

/** When the tool drills. At least one; this library starts nothing, and evidence that grows old is refused. */
export interface ExternalDrillTriggersArgs {
  /** Five cron fields, or AWS's `cron(…)` with six, or `rate(…)`. @default no schedule */
  schedule?: string;
  /**
   * Whether the tool drills after each deployment, such as by a step of the pipeline that deploys. A first environment
   * lets a path pass unproven only then. @default false
   */
  onDeployment?: boolean;
}

/** A ConfigMap that holds evidence under the key `<fingerprint>.dsse.json`. */
export interface EvidenceConfigMapArgs {
  namespace: string;
  name: string;
}

export interface ExternalRestoreDrillArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** The stack's name, as the evidence says it. @default the Pulumi stack */
  stack?: string;
  /** URNs of the backups that the drill restores, or of the databases whose backups it restores: `cluster.urn`. */
  covers: pulumi.Input<string>[];
  /**
   * What is restored, as the evidence says it. The database is `*` for a whole server. For RDS and Aurora the namespace
   * is `aws` and the cluster the identifier.
   */
  target: TargetArgs;
  restorePath: ExternalRestorePathArgs;
  /** The points that the drill checks. @default all of them, and the policy pack asks for no less */
  checklist?: string[];
  /** The namespace in which it restores, when that is in Kubernetes. Never the target's. @default elsewhere */
  drillNamespace?: string;
  triggers: ExternalDrillTriggersArgs;
  objectives: RecoveryObjectivesArgs;
  /** Files with the drill's evidence, relative to the working directory; also of earlier environments. @default none */
  evidence?: string[];
  /** A ConfigMap to which the tool writes its evidence. @default none */
  evidenceConfigMap?: EvidenceConfigMapArgs;
  /** The kubeconfig's context in which the ConfigMap is looked for at preview. @default its current one */
  kubeContext?: string;
}

const GIVE_A_URN = "must be the URN of a backup or a database, such as cluster.urn";

/** What is wrong with `value` as a resource's URN, or undefined. */
export function urnProblem(value: unknown): string | undefined {
  const isUrn = typeof value === "string" && /^urn:pulumi:[^:\s]+::[^:\s]+::\S+::\S.*$/.test(value);
  return isUrn ? undefined : GIVE_A_URN;
}

/** A URN as text or as an Output; what an Output holds is judged once it is known. */
const urnField = z
  .custom<pulumi.Input<string>>(
    (value) => typeof value === "string" || value instanceof Promise || pulumi.Output.isInstance(value),
    { error: GIVE_A_URN },
  )
  .superRefine((value, context) => reportProblem(typeof value === "string" ? urnProblem(value) : undefined, context));

const restorePath = z.strictObject({
  engine: kebabField,
  postgresMajor: countField(10),
  backupMethod: z.enum(["logical", "physical", "snapshot"]),
  storageKind: kebabField,
  storageCopy: z.enum(["inside", "outside"]),
  procedure: wordField,
  tool: z.strictObject({ name: wordField, version: versionField } satisfies Record<keyof DrillToolArgs, z.ZodType>),
  serverImage: imageField.optional(),
} satisfies Record<keyof ExternalRestorePathArgs, z.ZodType>);

/** AWS has forms of its own. */
function scheduleProblem(schedule: string): string | undefined {
  return /^(cron|rate|at)\(/.test(schedule) ? awsScheduleProblem(schedule) : cronProblem(schedule, 5);
}

const triggers = z
  .strictObject({
    schedule: checked(scheduleProblem).optional(),
    onDeployment: z.boolean().default(false),
  } satisfies Record<keyof ExternalDrillTriggersArgs, z.ZodType>)
  .refine(({ schedule, onDeployment }) => schedule !== undefined || onDeployment, {
    error:
      'the drill would never run: declare when the tool runs it, with onDeployment: true or a schedule, such as "0 4 * * *"',
  });

export const externalRestoreDrillSchema = z
  .strictObject({
    environment: kubernetesName,
    stack: z.string().min(1).optional(),
    covers: z.array(urnField).min(1, { error: `must name at least one resource: each ${GIVE_A_URN}` }),
    target: targetField,
    restorePath,
    checklist: z
      .array(z.enum(CHECKLIST_POINTS))
      .min(1, { error: "must hold at least one point: a drill that checks nothing proves nothing" })
      .default(CHECKLIST_POINTS),
    drillNamespace: kubernetesName.optional(),
    triggers,
    objectives: objectivesField,
    evidence: z.array(z.string().min(1)).default([]),
    evidenceConfigMap: z
      .strictObject({ namespace: kubernetesName, name: kubernetesName } satisfies Record<
        keyof EvidenceConfigMapArgs,
        z.ZodType
      >)
      .optional(),
    kubeContext: z.string().min(1).optional(),
  } satisfies Record<keyof ExternalRestoreDrillArgs, z.ZodType>)
  .superRefine(({ drillNamespace, target }, context) => {
    if (drillNamespace === undefined) return;
    reportProblem(drillNamespaceProblem(drillNamespace, target.namespace), context, "drillNamespace");
  }) satisfies z.ZodType<ExternalRestoreDrillArgs>;

export type ExternalDrillDeclaration = z.output<typeof externalRestoreDrillSchema>;
