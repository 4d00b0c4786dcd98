import * as pulumi from "@pulumi/pulumi";
import { CHECKLIST_POINTS } from "../../model/checklist";
import { type DrillDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { parseDuration } from "../../model/duration";
import { logicalRestorePath } from "../../model/logical-restore-path";
import { evidenceConfigMapOf } from "../../model/names";
import { validated } from "../validate";
import { evidenceReader } from "./evidence-reader";
import { type PlatformDrillArgs, type PlatformDrillDeclaration, platformDrillSchema } from "./platform-drill-args";
import { objectivesInSeconds } from "./restore-drill-args";

/**
 * Says that a platform's own stack drills this database, and where its evidence is: the stack of an application declares
 * it beside the backups, instead of a RestoreDrill. It makes no resources, needs no key, and touches nothing in the
 * drills' namespace; what it says of the drill counts for nothing without evidence that the platform has signed.
 */
export class PlatformDrill extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.platformDrill;
  /** The platform's CronJob, in the drills' namespace. */
  declare public readonly cronJobName: pulumi.Output<string>;
  /** The ConfigMap in the drills' namespace that holds the newest evidence. */
  declare public readonly evidenceConfigMapName: pulumi.Output<string>;
  /** The restore path's fingerprint: the platform's RestoreDrill must have the same. */
  declare public readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: PlatformDrillArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.platformDrill, name, {}, opts);
      return;
    }
    const drill = validated(platformDrillSchema, args, "PlatformDrill", name);
    super(TYPE_TOKENS.platformDrill, name, drill, opts);
    const { fingerprint } = pathOf(drill);
    this.cronJobName = pulumi.output(drill.drill);
    this.evidenceConfigMapName = pulumi.output(evidenceConfigMapOf(drill.drill));
    this.fingerprint = pulumi.output(fingerprint);
    this.registerOutputs({
      descriptor: descriptorOf(drill),
      cronJobName: this.cronJobName,
      evidenceConfigMapName: this.evidenceConfigMapName,
      fingerprint: this.fingerprint,
    });
  }
}

function pathOf({ restorePath, storageKind }: PlatformDrillDeclaration) {
  return logicalRestorePath(restorePath, { kind: storageKind, copy: "primary" });
}

function offSiteOf({ restorePath, offSite, objectives }: PlatformDrillDeclaration) {
  if (!offSite) return undefined;
  const { path, fingerprint } = logicalRestorePath(restorePath, { kind: offSite.storageKind, copy: "off-site" });
  return { restorePath: path, fingerprint, rpoSeconds: parseDuration(offSite.rpo ?? objectives.rpo) };
}

/** Plain at preview. Of the key that signs, this stack knows nothing, and so says nothing. */
async function descriptorOf(drill: PlatformDrillDeclaration): Promise<DrillDescriptor> {
  const { afterBackup, schedule, onDeployment } = drill.triggers;
  const { path, fingerprint } = pathOf(drill);
  const offSite = offSiteOf(drill);
  const { evidence, evidenceProblems } = await evidenceReader()({
    namespace: drill.drillNamespace,
    configMap: evidenceConfigMapOf(drill.drill),
    fingerprint,
    ...(offSite ? { offSiteFingerprint: offSite.fingerprint } : {}),
    files: drill.promotedEvidence,
    kubeContext: drill.kubeContext,
  });
  return {
    kind: "drill",
    version: 1,
    environment: drill.environment,
    stack: drill.stack ?? pulumi.getStack(),
    target: drill.target,
    drillNamespace: drill.drillNamespace,
    attestation: "platform",
    declares: "reference",
    restorePath: path,
    fingerprint,
    ...(offSite ? { offSite } : {}),
    checklist: CHECKLIST_POINTS,
    triggers: { afterBackup, ...(schedule === undefined ? {} : { schedule }), onDeployment },
    objectives: objectivesInSeconds(drill.objectives),
    evidence,
    evidenceProblems,
  };
}
