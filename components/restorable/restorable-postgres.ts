import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { TYPE_TOKENS } from "../../model/descriptor";
import { kmsEndpointOf } from "../backup/backup-encryption-args";
import { PostgresCluster } from "../cluster/postgres-cluster";
import { DrillNamespace } from "../drill/drill-namespace";
import { signingEndpointOf } from "../drill/signing-key-args";
import { secretValue, validated } from "../validate";
import { BACKUP_ROLE, declareDatabase } from "./database";
import { type RestorableDatabaseOutput, type RestorableOutput, restorableOutput } from "./outputs";
import {
  type RestorableDeclaration,
  type RestorablePostgresArgs,
  restorablePostgresSchema,
} from "./restorable-postgres-args";
import { type DeclaredStore, offSiteStore, primaryStore } from "./stores";

/**
 * PostgreSQL that can be restored: a cluster, its databases and roles, backups of each database, where they are kept and
 * for how long, their copies, and the drills that prove them, with safe defaults. One component for the usual case; its
 * parts are there for all others.
 */
export class RestorablePostgres extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.restorable;
  declare public readonly clusterName: pulumi.Output<string>;
  declare public readonly namespace: pulumi.Output<string>;
  /** The Service that leads to the primary. */
  declare public readonly host: pulumi.Output<string>;
  declare public readonly databases: pulumi.Output<RestorableDatabaseOutput[]>;
  /** Export it as `restorable`: by that the command of this name finds everything that it works on. */
  declare public readonly restorable: pulumi.Output<RestorableOutput>;

  constructor(name: string, args: RestorablePostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.restorable, name, {}, opts);
      return;
    }
    const declared = validated(restorablePostgresSchema, args, "RestorablePostgres", name);
    const { environment, namespace, stack } = args;
    super(TYPE_TOKENS.restorable, name, { environment, stack, namespace }, opts);
    const drillNamespace = declared.drill.namespace ?? `${namespace}-drill`;
    const primary = primaryStore(name, args, drillNamespace);
    const offSite = offSiteStore(name, args, drillNamespace);

    const cluster = new PostgresCluster(name, clusterArgs(args), { parent: this });
    const apart = declared.drill.by === "platform";
    const drills = apart ? [] : [drillNamespaceOf(name, args, drillNamespace, { primary, offSite }, this)];
    const storages = [primary, ...(offSite ? [offSite] : [])].map((store) =>
      store.declare({ parent: this, dependsOn: [cluster, ...drills] }),
    );
    const connection = connectionOf(name, args, declared, { parent: this, dependsOn: [cluster] });

    const dependsOn = [cluster, ...drills, ...storages];
    const around = { name, args, declared, drillNamespace, primary, offSite, connection, parent: this, dependsOn };
    const made = args.databases.map((database) => declareDatabase(database, around));

    this.clusterName = cluster.clusterName;
    this.namespace = cluster.namespace;
    this.host = cluster.host;
    this.databases = pulumi.all(made);
    this.restorable = this.databases.apply((databases) =>
      restorableOutput(args, drillNamespace, { primary, offSite }, databases),
    );
    this.registerOutputs({
      clusterName: this.clusterName,
      namespace: this.namespace,
      host: this.host,
      databases: this.databases,
      restorable: this.restorable,
    });
  }
}

/** Where drills run, with a way to all that they need and to nothing else. */
function drillNamespaceOf(
  name: string,
  { backup, drill }: RestorablePostgresArgs,
  namespace: string,
  { primary, offSite }: { primary: DeclaredStore; offSite: DeclaredStore | undefined },
  parent: pulumi.Resource,
): DrillNamespace {
  return new DrillNamespace(
    `${name}-drills`,
    {
      namespace,
      ...{ storageEndpoint: primary.endpoint, offSiteEndpoint: offSite?.endpoint },
      kmsEndpoint: backup.encryptionScheme === "kms" ? kmsEndpointOf(backup.encryption) : undefined,
      signingEndpoint: signingEndpointOf(drill.signingKey),
      ...{ apiServerCidrs: drill.apiServerCidrs ?? [], dnsCidr: drill.dnsCidr },
      podIdentityAgent: primary.podIdentity,
    },
    { parent },
  );
}

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

/** How the deployment reaches the primary; undefined where databases and roles are not its to make. */
function connectionOf(
  name: string,
  args: RestorablePostgresArgs,
  { access }: RestorableDeclaration,
  opts: pulumi.ResourceOptions,
): postgresql.Provider | undefined {
  if (!args.access || !access) return undefined;
  return new postgresql.Provider(
    `${name}-access`,
    {
      host: access.host,
      port: access.port,
      sslmode: access.sslMode ?? (access.caFile === undefined ? "require" : "verify-full"),
      sslrootcert: access.caFile,
      username: ADMIN_ROLE,
      password: secretValue(args.access.adminPassword, `RestorablePostgres "${name}"`, "access.adminPassword"),
      database: "postgres",
      superuser: true,
      // A primary that has just been made, or has just changed, may need a moment.
      connectTimeout: 60,
    },
    opts,
  );
}
