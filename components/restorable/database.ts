import * as pulumi from "@pulumi/pulumi";
import { parseDuration } from "../../model/duration";
import { DatabaseAccess } from "../access/database-access";
import { BackupCopy } from "../backup/backup-copy";
import { BackupRetention } from "../backup/backup-retention";
import { LogicalBackup } from "../backup/logical-backup";
import { clusterCaSecret, clusterHost } from "../cluster/postgres-cluster";
import { declareDrill } from "./drills";
import type { RestorableDatabaseOutput } from "./outputs";
import type { RestorableDatabaseArgs } from "./plan-args";
import type { RestorablePostgresArgs } from "./restorable-postgres-args";
import { jobNames } from "./stores";
import type { Surroundings } from "./surroundings";

export const BACKUP_ROLE = "restorable_backup";

/** One database: access to it, its backups and what becomes of them, and its drills. */
export function declareDatabase(
  database: RestorableDatabaseArgs,
  around: Surroundings,
): pulumi.Output<RestorableDatabaseOutput> {
  const { name, args, declared, drillNamespace, primary, offSite, connection, parent } = around;
  const { environment, namespace, stack, pods } = args;
  const { timeZone, retention } = declared.backup;
  const jobs = jobNames(name, database.name);
  const target = { namespace, cluster: name, database: database.name };
  const restorePath = restorePathArgs(args, database);
  const shared = { environment, stack, target, source: { host: clusterHost(name, namespace) }, restorePath };

  const made = [...around.dependsOn];
  /** Each part waits for those before it. A copy of the list: Pulumi reads it later. */
  const after = () => ({ parent, dependsOn: [...made] });
  if (connection) {
    const access = accessArgs(database, args.backupRole.name ?? BACKUP_ROLE);
    made.push(new DatabaseAccess(`${jobs.base}-access`, access, { parent, providers: [connection] }));
  }

  const { encryptionScheme: _scheme, keep, pruneSchedule, coverage, ...backupPlan } = args.backup;
  // One of them looks at the whole server.
  const looks = database === args.databases[0];
  const backups = new LogicalBackup(
    jobs.backup,
    {
      ...backupPlan,
      ...shared,
      pods,
      serverCa: { secret: clusterCaSecret(name) },
      credentialsSecret: args.backupRole.existingSecret ?? `${name}-backup-credentials`,
      storage: primary.writer,
      prefix: primary.prefix,
      migrationQuery: database.migrationQuery,
      notBackedUp: database.notBackedUp,
      coverage: looks ? { ...coverage, declared: args.databases.map((other) => other.name) } : undefined,
      requestDrill: declared.drill.afterBackup ? { namespace: drillNamespace, drill: jobs.drill } : undefined,
    },
    after(),
  );
  made.push(backups);

  if (offSite && args.offSite && primary.copier) {
    const { schedule, deadline, rpo } = args.offSite;
    const copies = new BackupCopy(
      jobs.copy,
      {
        ...{ environment, stack, target, restorePath, timeZone, schedule, deadline, rpo, pods },
        backup: { schedule: declared.backup.schedule, timeZone, deadline: declared.backup.deadline },
        ...{ from: primary.copier, fromPrefix: primary.prefix, to: offSite.writer, toPrefix: offSite.prefix },
        retention: args.offSite.retention ?? retention,
        onDeployment: args.backup.onDeployment,
      },
      after(),
    );
    made.push(copies);
  }

  const { evidenceKeys } = args.drill;
  const pruned = { environment, stack, target, pods, agentImage: args.agentImage };
  const pruning = { ...pruned, schedule: pruneSchedule, timeZone, evidenceKeys };
  const pruningOpts = { parent, dependsOn: around.dependsOn };
  if (primary.pruner) {
    const where = { storage: primary.pruner, prefix: primary.prefix };
    new BackupRetention(jobs.retention, { ...pruning, ...where, retention, keep }, pruningOpts);
  }
  if (offSite?.pruner) {
    const where = { storage: offSite.pruner, prefix: offSite.prefix, copy: "off-site" };
    const kept = { retention: args.offSite?.retention ?? retention, keep: args.offSite?.keep ?? keep };
    new BackupRetention(jobs.offSiteRetention, { ...pruning, ...where, ...kept }, pruningOpts);
  }

  // After the backups and their copies: the drill of a deployment restores what that deployment has stored.
  const drilled = declareDrill(jobs, shared, around, after());

  return pulumi
    .all([backups.cronJobName, drilled.cronJobName, drilled.evidenceConfigMapName, drilled.fingerprint])
    .apply(([backupCronJob, drillCronJob, evidenceConfigMap, fingerprint]) => ({
      ...{ database: database.name, namespace, cluster: name },
      ...{ backupCronJob, drillNamespace, drillCronJob, evidenceConfigMap, fingerprint, timeZone },
      retention: { keepSeconds: parseDuration(retention), ...keep },
      ...(primary.pruner && { retentionCronJob: jobs.retention }),
      ...(offSite && { copyCronJob: jobs.copy }),
    }));
}

function restorePathArgs(args: RestorablePostgresArgs, database: RestorableDatabaseArgs) {
  const { engine, postgresMajor, serverImage, agentImage } = args;
  const { applicationRole, checks: applicationChecks, excludeTables, excludeTableData } = database;
  return {
    ...{ engine, postgresMajor, serverImage, agentImage, applicationRole, applicationChecks },
    ...{ encryption: args.backup.encryptionScheme, excludeTables, excludeTableData },
  };
}

function accessArgs(database: RestorableDatabaseArgs, backupRole: string) {
  const { name, owner, ownerPassword, locale, schemas, roles } = database;
  return { database: name, owner, ownerPassword, locale, schemas, roles, mayConnect: [backupRole] };
}
