import * as pulumi from "@pulumi/pulumi";
import { type CopyJob, copyJobSchema } from "../../model/copy-job";
import { worstCaseOf, worstCaseOfCopy } from "../../model/copy-timing";
import { type CopyDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { parseDuration } from "../../model/duration";
import { leavesOut, logicalRestorePath } from "../../model/logical-restore-path";
import { deploymentJob } from "../kubernetes/jobs";
import { labels } from "../kubernetes/labels";
import { agentConfigMap, agentCronJob, agentServiceAccount } from "../kubernetes/scheduled-agent";
import { agentAccess, identityAnnotations, writerId } from "../storage/storage-access";
import { validated } from "../validate";
import { type BackupCopyArgs, backupCopySchemaFor, type CopyDeclaration } from "./backup-copy-args";
import { COPY_DESTINATION, COPY_SOURCE, copyJobSpec } from "./copy-job";

/**
 * An off-site copy of one database's backups: a CronJob whose Jobs copy what the other storage does not have, with keys
 * of their own. It is a backup like any other: the policy pack refuses it without a drill that restores it, which
 * RestoreDrill's `offSite` is.
 */
export class BackupCopy extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.copy;
  /** The CronJob, in the target's namespace. */
  declare public readonly cronJobName: pulumi.Output<string>;
  /** The fingerprint of the copy's restore path: a drill's evidence must name the same. */
  declare public readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: BackupCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.copy, name, {}, opts);
      return;
    }
    const copy = validated(backupCopySchemaFor(name), args, "BackupCopy", name);
    super(TYPE_TOKENS.copy, name, copy, opts);
    const { namespace } = copy.target;
    const { fingerprint } = logicalRestorePath(copy.restorePath, { kind: copy.to.kind, copy: "off-site" });
    const common = labels("copy", name);
    const at = { namespace, labels: common };

    const serviceAccount = agentServiceAccount(name, at, identityAnnotations(copy.to, copy.from), this);
    const config = agentConfigMap(name, at, { "config.json": copyConfig(copy) }, this);
    const { schedule, timeZone } = copy;
    const spec = copyJobSpec(copy, { configMap: config.name, serviceAccount: name, labels: common });
    const dependsOn = [serviceAccount, config.resource];
    const cronJob = agentCronJob(name, at, { schedule, timeZone }, spec, { parent: this, dependsOn });
    if (copy.onDeployment) {
      const job = { ...at, baseName: `${name}-deploy`, spec };
      deploymentJob(`${name}-on-deployment`, job, parseDuration(copy.deadline), { parent: this, dependsOn });
    }

    this.cronJobName = cronJob.metadata.name;
    this.fingerprint = pulumi.output(fingerprint);
    this.registerOutputs({
      descriptor: descriptorOf(copy, fingerprint),
      cronJobName: this.cronJobName,
      fingerprint: this.fingerprint,
    });
  }
}

function copyConfig(copy: CopyDeclaration): CopyJob {
  return copyJobSchema.parse({
    version: 1,
    environment: copy.environment,
    stack: copy.stack ?? pulumi.getStack(),
    target: copy.target,
    from: { storage: agentAccess(copy.from, COPY_SOURCE), prefix: copy.fromPrefix },
    to: { storage: agentAccess(copy.to, COPY_DESTINATION), prefix: copy.toPrefix },
    ...(copy.retention === undefined ? {} : { maxAgeSeconds: parseDuration(copy.retention) }),
  });
}

function descriptorOf(copy: CopyDeclaration, fingerprint: string): CopyDescriptor {
  const { namespace } = copy.target;
  return {
    kind: "copy",
    version: 1,
    environment: copy.environment,
    target: copy.target,
    fingerprint,
    from: writerId(copy.from, namespace),
    writer: writerId(copy.to, namespace),
    prefix: copy.toPrefix,
    ...leavesOut(copy.restorePath),
    schedule: copy.schedule,
    timeZone: copy.timeZone,
    rpoSeconds: parseDuration(copy.rpo),
    worstCaseRpoSeconds: worstCaseOfCopy(copy),
    backupWorstCaseSeconds: worstCaseOf(copy.backup),
    deadlineSeconds: parseDuration(copy.deadline),
    ...(copy.retention === undefined ? {} : { retentionSeconds: parseDuration(copy.retention) }),
    image: copy.restorePath.agentImage,
  };
}
