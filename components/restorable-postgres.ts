import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { TYPE_TOKENS } from "../model/descriptor";
import { databaseResourceName } from "../model/settings";
import { DatabaseAccess } from "./access/database-access";
import { LogicalBackup } from "./backup/logical-backup";
import { clusterHost, PostgresCluster } from "./cluster/postgres-cluster";
import { DrillNamespace } from "./drill/drill-namespace";
import { RestoreDrill } from "./drill/restore-drill";
import {
  type RestorableDatabaseArgs,
  type RestorablePostgresArgs,
  restorablePostgresSchema,
} from "./restorable-postgres-args";
import { S3CompatibleBackupStorage, storageSecretName } from "./storage/s3-compatible-backup-storage";
import { secretValue, validated } from "./validate";

/** What there is of each database: for tools that start backups and drills and show evidence. */
export interface RestorableDatabaseOutput {
  database: string;
  namespace: string;
  backupCronJob: string;
  drillNamespace: string;
  drillCronJob: string;
  evidenceConfigMap: string;
  fingerprint: string;
}

/**
 * PostgreSQL that can be restored: a cluster, its databases and roles, backups of each database, and the drills that
 * prove them, with safe defaults. One component for the usual case; its parts are there for all others.
 */
export class RestorablePostgres extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.restorable;
  declare public readonly clusterName: pulumi.Output<string>;
  declare public readonly namespace: pulumi.Output<string>;
  /** The Service that leads to the primary. */
  declare public readonly host: pulumi.Output<string>;
  declare public readonly databases: pulumi.Output<RestorableDatabaseOutput[]>;

  constructor(name: string, args: RestorablePostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.restorable, name, {}, opts);
      return;
    }
    const { backup, drill, access } = validated(restorablePostgresSchema, args, "RestorablePostgres", name);
    const { environment, namespace, stack } = args;
    super(TYPE_TOKENS.restorable, name, { environment, stack, namespace }, opts);

    const cluster = new PostgresCluster(name, clusterArgs(args), { parent: this });
    const drillNamespace = drill.namespace ?? `${namespace}-drill`;
    const drills = new DrillNamespace(
      `${name}-drills`,
      { namespace: drillNamespace, storageEndpoint: args.store.endpoint, apiServerCidr: args.drill.apiServerCidr },
      { parent: this },
    );
    const storageName = `${name}-storage`;
    const storage = new S3CompatibleBackupStorage(
      storageName,
      { ...args.store, sourceNamespace: namespace, drillNamespace },
      { parent: this, dependsOn: [cluster, drills] },
    );
    const connection =
      args.access && access
        ? new postgresql.Provider(
            `${name}-access`,
            {
              host: access.host,
              port: access.port,
              sslmode: access.sslMode,
              username: ADMIN_ROLE,
              password: secretValue(args.access.adminPassword, `RestorablePostgres "${name}"`, "access.adminPassword"),
              database: "postgres",
              superuser: true,
              // A primary that has just been made, or has just changed, may need a moment.
              connectTimeout: 60,
            },
            { parent: this, dependsOn: [cluster] },
          )
        : undefined;

    const made = args.databases.map((database) => {
      const base = `${name}-${databaseResourceName(database.name)}`;
      const shared = {
        environment,
        stack,
        target: { namespace, cluster: name, database: database.name },
        source: { host: clusterHost(name, namespace) },
        prefix: args.store.prefix,
        restorePath: restorePathArgs(args, database),
      };
      const backupRole = args.backupRole.name ?? BACKUP_ROLE;
      const accesses = connection
        ? [
            new DatabaseAccess(`${base}-access`, accessArgs(database, backupRole), {
              parent: this,
              providers: [connection],
            }),
          ]
        : [];
      const drillName = `${base}-drill`;
      const { encryptionScheme: _scheme, ...backupPlan } = args.backup;
      const backups = new LogicalBackup(
        `${base}-backup`,
        {
          ...backupPlan,
          ...shared,
          credentialsSecret: args.backupRole.existingSecret ?? `${name}-backup-credentials`,
          storage: { secret: storageSecretName(storageName, "writer", args.store.writer) },
          migrationQuery: database.migrationQuery,
          startDrill: drill.afterBackup ? { namespace: drillNamespace, cronJob: drillName } : undefined,
        },
        { parent: this, dependsOn: [cluster, drills, storage, ...accesses] },
      );
      const { namespace: _, rto, afterBackup, schedule, onDeployment, apiServerCidr, ...plan } = args.drill;
      const drilled = new RestoreDrill(
        drillName,
        {
          ...plan,
          ...shared,
          drillNamespace,
          objectives: { rpo: backup.rpo, rto },
          triggers: { afterBackup, schedule, timeZone: backup.timeZone, onDeployment },
          reader: { secret: storageSecretName(storageName, "reader", args.store.reader) },
          evidence: { secret: storageSecretName(storageName, "evidence", args.store.evidence) },
        },
        // After the backups: the drill of a deployment restores the backup of that deployment.
        { parent: this, dependsOn: [drills, storage, backups] },
      );
      return pulumi
        .all([backups.cronJobName, drilled.cronJobName, drilled.evidenceConfigMapName, drilled.fingerprint])
        .apply(([backupCronJob, drillCronJob, evidenceConfigMap, fingerprint]) => ({
          database: database.name,
          namespace,
          backupCronJob,
          drillNamespace,
          drillCronJob,
          evidenceConfigMap,
          fingerprint,
        }));
    });

    this.clusterName = cluster.clusterName;
    this.namespace = cluster.namespace;
    this.host = cluster.host;
    this.databases = pulumi.all(made);
    this.registerOutputs({
      clusterName: this.clusterName,
      namespace: this.namespace,
      host: this.host,
      databases: this.databases,
    });
  }
}

const BACKUP_ROLE = "restorable_backup";
const ADMIN_ROLE = "restorable_admin";

function clusterArgs(args: RestorablePostgresArgs) {
  const { environment, namespace, engine, postgresMajor, instances, storage, resources, parameters } = args;
  const { sharedPreloadLibraries, synchronous, antiAffinity, deletionProtection, readyTimeout } = args;
  const { backupRole, access } = args;
  return {
    ...{ environment, namespace, engine, postgresMajor, instances, storage, resources, parameters },
    ...{ sharedPreloadLibraries, synchronous, antiAffinity, deletionProtection, readyTimeout },
    image: args.serverImage,
    backupRole: { ...backupRole, name: backupRole.name ?? BACKUP_ROLE },
    adminRole: access && { name: ADMIN_ROLE, password: access.adminPassword },
  };
}

function restorePathArgs(args: RestorablePostgresArgs, database: RestorableDatabaseArgs) {
  const { engine, postgresMajor, serverImage, agentImage } = args;
  const { applicationRole, checks } = database;
  const encryption = args.backup.encryptionScheme;
  return { engine, postgresMajor, serverImage, agentImage, applicationRole, applicationChecks: checks, encryption };
}

function accessArgs(database: RestorableDatabaseArgs, backupRole: string) {
  const { name, owner, ownerPassword, locale, schemas, roles } = database;
  return { database: name, owner, ownerPassword, locale, schemas, roles, mayConnect: [backupRole] };
}
