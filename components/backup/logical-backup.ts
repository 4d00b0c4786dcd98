import * as pulumi from "@pulumi/pulumi";
import { type BackupDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { parseDuration } from "../../model/duration";
import { recipientsOf } from "../../model/encryption";
import { sizeBytes } from "../../model/fields";
import { type BackupJob, backupJobSchema } from "../../model/job-config";
import { leavesOut, logicalRestorePath } from "../../model/logical-restore-path";
import { worstCaseRpo } from "../../model/rpo";
import { deploymentJob } from "../kubernetes/jobs";
import { labels } from "../kubernetes/labels";
import { agentConfigMap, agentCronJob, agentServiceAccount } from "../kubernetes/scheduled-agent";
import { agentAccess, identityAnnotations, writerId } from "../storage/storage-access";
import { validated } from "../validate";
import { agentEncryption } from "./backup-encryption-args";
import { BACKUP_STORAGE, type BackupRun, backupJobSpec } from "./backup-job";
import { type BackupDeclaration, type LogicalBackupArgs, logicalBackupSchemaFor } from "./logical-backup-args";

/**
 * Logical backups of one database on a schedule: a CronJob whose Jobs dump it into the store, with what is needed to
 * prove a restore. Alone it is not enough: the policy pack refuses a backup without a RestoreDrill.
 */
export class LogicalBackup extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.backup;
  /** The CronJob, in the target's namespace. */
  declare public readonly cronJobName: pulumi.Output<string>;
  /** The restore path's fingerprint: a drill's evidence must name the same. */
  declare public readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: LogicalBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.backup, name, {}, opts);
      return;
    }
    const backup = validated(logicalBackupSchemaFor(name), args, "LogicalBackup", name);
    super(TYPE_TOKENS.backup, name, backup, opts);
    const { namespace } = backup.target;
    const { path, fingerprint } = backupPath(backup);
    const config = backupConfig(backup, { path, fingerprint });
    const common = labels("backup", name);
    const at = { namespace, labels: common };

    const serviceAccount = agentServiceAccount(name, at, identityAnnotations(backup.storage), this);
    // The backup of a deployment asks for no drill: the drill of that deployment follows it by itself. Nor does it look for
    // databases without backups: one that somebody else made must not keep a repair from being deployed.
    const { requestDrill, coverage: _, ...ofDeployment } = config;
    const configs = agentConfigMap(name, at, { "config.json": config, "deployment.json": ofDeployment }, this);
    const dependsOn: pulumi.Resource[] = [serviceAccount, configs.resource];

    const run = (kind: Pick<BackupRun, "configKey" | "trigger" | "token">) =>
      backupJobSpec(backup, { ...kind, configMap: configs.name, serviceAccount: name, labels: common });
    const { schedule, timeZone } = backup;
    const scheduled = run({ configKey: "config.json", trigger: "schedule", token: requestDrill !== undefined });
    const cronJob = agentCronJob(name, at, { schedule, timeZone }, scheduled, { parent: this, dependsOn });
    if (backup.onDeployment) {
      const spec = run({ configKey: "deployment.json", trigger: "deployment", token: false });
      const job = { ...at, baseName: `${name}-deploy`, spec };
      deploymentJob(`${name}-on-deployment`, job, parseDuration(backup.deadline), { parent: this, dependsOn });
    }

    this.cronJobName = cronJob.metadata.name;
    this.fingerprint = pulumi.output(fingerprint);
    this.registerOutputs({
      descriptor: descriptorOf(backup),
      cronJobName: this.cronJobName,
      fingerprint: this.fingerprint,
    });
  }
}

/** How this backup, where it was stored first, becomes a database again. */
function backupPath({ restorePath, storage }: BackupDeclaration) {
  return logicalRestorePath(restorePath, { kind: storage.kind, copy: "primary" });
}

function backupConfig(backup: BackupDeclaration, { path, fingerprint }: ReturnType<typeof backupPath>): BackupJob {
  return backupJobSchema.parse({
    version: 1,
    environment: backup.environment,
    stack: backup.stack ?? pulumi.getStack(),
    target: backup.target,
    restorePath: path,
    fingerprint,
    storage: agentAccess(backup.storage, BACKUP_STORAGE),
    prefix: backup.prefix,
    source: backup.source,
    tls: backup.serverCa ? "verify-full" : "prefer",
    compressionLevel: backup.compressionLevel,
    everyRowUpToBytes: sizeBytes(backup.everyRowUpTo),
    migrationQuery: backup.migrationQuery,
    notBackedUp: backup.notBackedUp.length > 0 ? backup.notBackedUp : undefined,
    retentionSeconds: parseDuration(backup.retention),
    encryption: agentEncryption(backup.restorePath.encryption, backup.encryption),
    requestDrill: backup.requestDrill,
    coverage: backup.coverage,
  });
}

function descriptorOf(backup: BackupDeclaration): BackupDescriptor {
  const recipients = recipientsOf(agentEncryption(backup.restorePath.encryption, backup.encryption));
  return {
    kind: "backup",
    version: 1,
    environment: backup.environment,
    target: backup.target,
    method: "logical",
    fingerprint: backupPath(backup).fingerprint,
    ...leavesOut(backup.restorePath),
    schedule: backup.schedule,
    timeZone: backup.timeZone,
    rpoSeconds: parseDuration(backup.rpo),
    worstCaseRpoSeconds: worstCaseRpo(backup.schedule, backup.timeZone, parseDuration(backup.deadline)),
    deadlineSeconds: parseDuration(backup.deadline),
    retentionSeconds: parseDuration(backup.retention),
    writer: writerId(backup.storage, backup.target.namespace),
    prefix: backup.prefix,
    image: backup.restorePath.agentImage,
    ...(recipients ? { recipients } : {}),
  };
}
