import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CHECKLIST_POINTS } from "../../model/checklist";
import { type DrillDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { parseDuration } from "../../model/duration";
import { sizeBytes } from "../../model/fields";
import { identityFileProblem } from "../../model/identity-file";
import { type DrillJob, drillJobSchema } from "../../model/job-config";
import { logicalRestorePath } from "../../model/logical-restore-path";
import { evidenceConfigMapOf } from "../../model/names";
import type { Shrinkage } from "../../model/shrinkage";
import { signingKeyProblem } from "../../model/signing-key";
import { agentEncryption } from "../backup/backup-encryption-args";
import { deploymentJob } from "../kubernetes/jobs";
import { labels } from "../kubernetes/labels";
import { agentConfigMap, agentCronJob, agentServiceAccount } from "../kubernetes/scheduled-agent";
import { agentAccess, identityAnnotations, writerId } from "../storage/storage-access";
import { secretValue, validated } from "../validate";
import { DRILL_OFF_SITE, DRILL_STORAGE, type DrillRun, drillJobSpec, evidenceStorage } from "./drill-job";
import { drillStarter } from "./drill-starter";
import { evidenceReader } from "./evidence-reader";
import {
  type DrillDeclaration,
  objectivesInSeconds,
  type RestoreDrillArgs,
  restoreDrillSchemaFor,
} from "./restore-drill-args";
import { signingKeySource, signingOf } from "./signing-key-args";

/** The schedule of a drill that has none: valid for Kubernetes, and never run, because the CronJob is suspended. */
const NO_SCHEDULE = "0 0 1 1 *";

/**
 * Proves that a database's backups can be restored: restores the newest one from the store into a temporary server,
 * checks it point by point, and keeps the signed evidence where the policy pack finds it.
 */
export class RestoreDrill extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.drill;
  /** The CronJob, in the drills' namespace; suspended when the drill has no schedule. */
  declare public readonly cronJobName: pulumi.Output<string>;
  /** The ConfigMap in the drills' namespace that holds the newest evidence. */
  declare public readonly evidenceConfigMapName: pulumi.Output<string>;
  /** The restore path's fingerprint, which the evidence names. */
  declare public readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: RestoreDrillArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.drill, name, {}, opts);
      return;
    }
    const drill = validated(restoreDrillSchemaFor(name), args, "RestoreDrill", name);
    const { signingKey, identity: recovery, ...plain } = drill;
    super(TYPE_TOKENS.drill, name, plain, opts);
    const namespace = drill.drillNamespace;
    const { path, fingerprint } = logicalRestorePath(drill.restorePath, { kind: drill.reader.kind, copy: "primary" });
    const evidenceConfigMap = evidenceConfigMapOf(name);
    const config = drillConfig(drill, { path, fingerprint }, evidenceConfigMap);
    const common = labels("drill", name);
    const at = { namespace, labels: common };

    const evidence = new k8s.core.v1.ConfigMap(
      `${name}-evidence`,
      { metadata: { name: evidenceConfigMap, namespace, labels: common } },
      // The drills write it, and a deployment must not wipe out what they wrote.
      { parent: this, ignoreChanges: ["data"] },
    );
    const dependsOn: pulumi.Resource[] = [evidence, ...identity(name, drill, evidenceConfigMap, this)];
    const ownSecret = (use: string, file: string, text: pulumi.Input<string>) => {
      const metadata = { name: `${name}-${use}`, ...at };
      dependsOn.push(
        new k8s.core.v1.Secret(metadata.name, { metadata, stringData: { [file]: text } }, { parent: this }),
      );
      return metadata.name;
    };
    const what = `RestoreDrill "${name}"`;
    let signingSecret = signingKey.existingSecret;
    if (signingKey.privateKey !== undefined) {
      const pem = secretValue(signingKey.privateKey, what, "signingKey.privateKey", signingKeyProblem);
      signingSecret = ownSecret("signing", "private.pem", pem);
    }
    let identitySecret = recovery?.existingSecret;
    if (recovery?.secretKey !== undefined) {
      const text = secretValue(recovery.secretKey, what, "identity.secretKey", identityFileProblem);
      identitySecret = ownSecret("identity", "identity.txt", text);
    }
    const configs = agentConfigMap(name, at, { "config.json": config }, this);
    dependsOn.push(configs.resource);

    const run = (trigger: DrillRun["trigger"]) =>
      drillJobSpec(drill, {
        ...{ trigger, configMap: configs.name, serviceAccount: name, labels: common },
        ...{ signingSecret, identitySecret },
      });
    const { schedule, timeZone, onDeployment } = drill.triggers;
    // Without a schedule it is the template from which the drills are made that backups ask for.
    const when = { schedule: schedule ?? NO_SCHEDULE, timeZone, suspend: schedule === undefined };
    const cronJob = agentCronJob(name, at, when, run("schedule"), { parent: this, dependsOn });
    if (onDeployment) {
      const job = { ...at, baseName: `${name}-deploy`, spec: run("deployment") };
      deploymentJob(`${name}-on-deployment`, job, parseDuration(drill.deadline), { parent: this, dependsOn });
    }

    if (drill.requestedBy !== undefined) {
      drillStarter({
        ...{ drill: name, drillNamespace: namespace, agentImage: drill.restorePath.agentImage, parent: this },
        pods: drill.pods,
        requestedBy: { namespace: drill.target.namespace, name: drill.requestedBy },
        dependsOn: [cronJob],
      });
    }

    this.cronJobName = cronJob.metadata.name;
    this.evidenceConfigMapName = evidence.metadata.name;
    this.fingerprint = pulumi.output(fingerprint);
    this.registerOutputs({
      descriptor: descriptorOf(drill, { path, fingerprint }, evidenceConfigMap),
      cronJobName: this.cronJobName,
      evidenceConfigMapName: this.evidenceConfigMapName,
      fingerprint: this.fingerprint,
    });
  }
}

type Path = ReturnType<typeof logicalRestorePath>;

function drillConfig(drill: DrillDeclaration, { path, fingerprint }: Path, evidenceConfigMap: string): DrillJob {
  return drillJobSchema.parse({
    version: 1,
    environment: drill.environment,
    stack: drill.stack ?? pulumi.getStack(),
    target: drill.target,
    restorePath: path,
    fingerprint,
    storage: agentAccess(drill.reader, DRILL_STORAGE),
    prefix: drill.prefix,
    source: drill.source,
    jobs: drill.jobs,
    encryption: drill.encryption && agentEncryption(drill.restorePath.encryption, drill.encryption),
    applicationRole: drill.restorePath.applicationRole,
    applicationChecks: drill.restorePath.applicationChecks,
    objectives: objectivesInSeconds(drill.objectives),
    serverParameters: drill.serverParameters,
    durability: drill.durability,
    applicationSettings: drill.applicationSettings,
    probe: drill.probe,
    evidenceStorage: agentAccess(drill.evidence, evidenceStorage(drill.prefix)),
    evidenceConfigMap: { namespace: drill.drillNamespace, name: evidenceConfigMap },
    signing: signingOf(drill.signingKey),
    attestation: drill.attestation,
    shrinkage: drill.shrinkage && shrinkageOf(drill.shrinkage),
    deadlineSeconds: parseDuration(drill.deadline),
    ...temporaryRoom(drill),
    ...(drill.offSite
      ? {
          offSite: {
            storage: agentAccess(drill.offSite.reader, DRILL_OFF_SITE),
            prefix: drill.offSite.prefix,
            ...offSiteOf(drill),
          },
        }
      : {}),
  });
}

/** A volume of a storage class fills up by itself; of its own disk, the node only counts, and kills what has too much. */
function temporaryRoom({ temporaryStorage: { size, storageClass } }: DrillDeclaration) {
  return storageClass === undefined ? { temporaryBytes: sizeBytes(size) } : {};
}

function shrinkageOf({ check, within, ...limits }: NonNullable<DrillDeclaration["shrinkage"]>): Shrinkage {
  return check === "off" ? { check } : { check, ...limits, withinSeconds: parseDuration(within) };
}

/** What config and descriptor both say of the off-site copy, where there is one. */
function offSiteOf({ restorePath, offSite, objectives }: DrillDeclaration) {
  if (!offSite) return undefined;
  const { path, fingerprint } = logicalRestorePath(restorePath, { kind: offSite.reader.kind, copy: "off-site" });
  return { restorePath: path, fingerprint, rpoSeconds: parseDuration(offSite.rpo ?? objectives.rpo) };
}

/** Who the drill is: it may read and change the one ConfigMap that holds its evidence, and see the drills' pods. */
function identity(name: string, drill: DrillDeclaration, configMap: string, parent: pulumi.Resource) {
  const namespace = drill.drillNamespace;
  const metadata = { name, namespace, labels: labels("drill", name) };
  const annotations = identityAnnotations(drill.reader, drill.offSite?.reader, drill.evidence);
  const serviceAccount = agentServiceAccount(name, metadata, annotations, parent);
  const role = new k8s.rbac.v1.Role(
    `${name}-evidence`,
    {
      metadata,
      rules: [
        { apiGroups: [""], resources: ["configmaps"], resourceNames: [configMap], verbs: ["get", "patch"] },
        // To ask when its own pod was made, whose name nobody knows before.
        { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      ],
    },
    { parent },
  );
  const binding = new k8s.rbac.v1.RoleBinding(
    `${name}-evidence`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    { parent, dependsOn: [role] },
  );
  return [serviceAccount, role, binding];
}

/** Plain at preview: evidence is read while the program runs, so it is that of before the deployment. */
async function descriptorOf(
  drill: DrillDeclaration,
  { path, fingerprint }: Path,
  configMap: string,
): Promise<DrillDescriptor> {
  const { afterBackup, schedule, onDeployment } = drill.triggers;
  const offSite = offSiteOf(drill);
  const namespace = drill.drillNamespace;
  const { evidence, evidenceProblems } = await evidenceReader()({
    namespace,
    configMap,
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
    attestation: drill.attestation,
    signingKey: signingKeySource(drill.signingKey),
    declares: "jobs",
    restorePath: path,
    fingerprint,
    reader: writerId(drill.reader, namespace),
    prefix: drill.prefix,
    ...(offSite && drill.offSite
      ? { offSite: { ...offSite, reader: writerId(drill.offSite.reader, namespace), prefix: drill.offSite.prefix } }
      : {}),
    checklist: CHECKLIST_POINTS,
    triggers: { afterBackup, ...(schedule === undefined ? {} : { schedule }), onDeployment },
    objectives: objectivesInSeconds(drill.objectives),
    evidence,
    evidenceProblems,
  };
}
