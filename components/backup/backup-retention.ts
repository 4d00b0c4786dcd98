import * as pulumi from "@pulumi/pulumi";
import { type RetentionDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { parseDuration } from "../../model/duration";
import { type PruneJob, pruneJobSchema } from "../../model/prune-job";
import { labels } from "../kubernetes/labels";
import { agentConfigMap, agentCronJob, agentServiceAccount } from "../kubernetes/scheduled-agent";
import { agentAccess, identityAnnotations } from "../storage/storage-access";
import { validated } from "../validate";
import { type BackupRetentionArgs, backupRetentionSchemaFor, type RetentionDeclaration } from "./backup-retention-args";
import { PRUNED_STORAGE, pruneJobSpec } from "./prune-job";

/**
 * Removes what no rule keeps of one database's backups: a CronJob with keys of its own, since those that write backups
 * must not be able to delete them. Never the last good backup, nor the last one that a drill restored: docs/retention.md.
 */
export class BackupRetention extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.retention;
  /** The CronJob, in the target's namespace. */
  declare public readonly cronJobName: pulumi.Output<string>;

  constructor(name: string, args: BackupRetentionArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.retention, name, {}, opts);
      return;
    }
    const retention = validated(backupRetentionSchemaFor(name), args, "BackupRetention", name);
    super(TYPE_TOKENS.retention, name, retention, opts);
    const { namespace } = retention.target;
    const common = labels("retention", name);
    const at = { namespace, labels: common };

    const serviceAccount = agentServiceAccount(name, at, identityAnnotations(retention.storage), this);
    const config = agentConfigMap(name, at, { "config.json": pruneConfig(retention) }, this);
    const { schedule, timeZone } = retention;
    const spec = pruneJobSpec(retention, { configMap: config.name, serviceAccount: name, labels: common });
    const dependsOn = [serviceAccount, config.resource];
    const cronJob = agentCronJob(name, at, { schedule, timeZone }, spec, { parent: this, dependsOn });

    this.cronJobName = cronJob.metadata.name;
    this.registerOutputs({ descriptor: descriptorOf(retention), cronJobName: this.cronJobName });
  }
}

function pruneConfig(retention: RetentionDeclaration): PruneJob {
  return pruneJobSchema.parse({
    version: 1,
    environment: retention.environment,
    stack: retention.stack ?? pulumi.getStack(),
    target: retention.target,
    storage: agentAccess(retention.storage, PRUNED_STORAGE),
    prefix: retention.prefix,
    copy: retention.copy,
    retention: { ...retention.keep, keepSeconds: parseDuration(retention.retention) },
    timeZone: retention.timeZone,
    trustedKeys: retention.evidenceKeys,
    dryRun: retention.dryRun,
  });
}

function descriptorOf(retention: RetentionDeclaration): RetentionDescriptor {
  return {
    kind: "retention",
    version: 1,
    environment: retention.environment,
    target: retention.target,
    copy: retention.copy,
    retentionSeconds: parseDuration(retention.retention),
    keep: retention.keep,
    schedule: retention.schedule,
    timeZone: retention.timeZone,
    dryRun: retention.dryRun,
    image: retention.agentImage,
  };
}
