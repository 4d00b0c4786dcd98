import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { imageMajorProblem, instancesProblem } from "../../model/contradictions";
import { countField, cpuField, durationField, imageField, sizeField } from "../../model/fields";
import { kubernetesName, postgresIdentifier } from "../../model/names";
import { oneCredentialProblem, reportProblem, secretField } from "../validate";

/** The engines that can run a cluster. */
export const ENGINES = ["cloudnative-pg"] as const;
export type Engine = (typeof ENGINES)[number];

export interface ClusterStorageArgs {
  /** Size of each instance's data volume, such as `20Gi`. It can grow, never shrink. */
  size: string;
  /** @default the cluster's default storage class. Caution: it cannot be changed afterwards. */
  storageClass?: string;
  /** Size of a volume of its own for WAL. @default WAL shares the data volume. Caution: it cannot be taken away again. */
  walSize?: string;
}

export interface ClusterResourcesArgs {
  /** CPU request of each instance; there is no CPU limit. @default "500m" */
  cpu?: string;
  /** Memory request and limit of each instance. A quarter becomes shared_buffers. @default "1Gi" */
  memory?: string;
}

export interface SynchronousReplicationArgs {
  /** How many replicas must have a commit before it is acknowledged; any of them count. @default 1 */
  number?: number;
  /**
   * `required`: writes wait while too few replicas are there. `preferred`: writes go on unprotected.
   * Caution: with `preferred` a failover can lose acknowledged commits. @default "required"
   */
  dataDurability?: string;
}

export interface AntiAffinityArgs {
  /** Whether instances must not share a topology domain; false: they had better not. @default true */
  required?: boolean;
  /** @default "kubernetes.io/hostname" */
  topologyKey?: string;
}

export interface InitialDatabaseArgs {
  /** The database made with the cluster; further ones come from DatabaseAccess. @default "app" */
  database?: string;
  /** @default the database's name */
  owner?: string;
  /** @default "UTF8" */
  encoding?: string;
  /** Sort order and character classes. @default "C", which no change of the operating system can alter under an index */
  locale?: string;
}

/** A role whose password the library must know. */
export interface RoleCredentialsArgs {
  /** The role's name; each use has a default of its own. */
  name?: string;
  /** Its password: a secret. */
  password?: pulumi.Input<string>;
  /** Instead of a password: a Secret of type kubernetes.io/basic-auth in the cluster's namespace. */
  existingSecret?: string;
}

export interface PostgresClusterArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  namespace: string;
  /** @default true */
  createNamespace?: boolean;
  /** @default the component's name */
  clusterName?: string;
  /** @default "cloudnative-pg" */
  engine?: string;
  /** PostgreSQL's major version. Caution: raising it upgrades the cluster, with a downtime. */
  postgresMajor: number;
  /** The server's image; its tag must begin with the major version. */
  image: string;
  /** @default 3; at least 3 when the environment is `production` */
  instances?: number;
  storage: ClusterStorageArgs;
  resources?: ClusterResourcesArgs;
  /** PostgreSQL settings, all values as text. */
  parameters?: Record<string, string>;
  /** Caution: a change restarts every instance. */
  sharedPreloadLibraries?: string[];
  /** Used with more than one instance. */
  synchronous?: SynchronousReplicationArgs;
  antiAffinity?: AntiAffinityArgs;
  initialDatabase?: InitialDatabaseArgs;
  /** The role that takes logical backups: reads everything, changes nothing. Name @default "restorable_backup" */
  backupRole: RoleCredentialsArgs;
  /**
   * The role by which DatabaseAccess declares roles and grants. It is a superuser, because PostgreSQL lets nobody else
   * grant on behalf of every owner; `postgres` itself keeps no password. @default none. Name @default "restorable_admin"
   */
  adminRole?: RoleCredentialsArgs;
  /** Whether Pulumi refuses to delete it (its `protect` option). @default true in `production`, else false */
  deletionProtection?: boolean;
  /** How long a deployment waits for the cluster to be ready. @default "15m" */
  readyTimeout?: string;
}

const roleCredentials = (defaultName: string) =>
  z
    .strictObject({
      name: postgresIdentifier.default(defaultName),
      password: secretField().optional(),
      existingSecret: kubernetesName.optional(),
    } satisfies Record<keyof RoleCredentialsArgs, z.ZodType>)
    .superRefine((role, context) =>
      reportProblem(oneCredentialProblem(role.existingSecret, role.password, "password"), context),
    );

const storage = z.strictObject({
  size: sizeField,
  storageClass: z.string().min(1).optional(),
  walSize: sizeField.optional(),
} satisfies Record<keyof ClusterStorageArgs, z.ZodType>);

const clusterResources = z.strictObject({
  cpu: cpuField.default("500m"),
  memory: sizeField.default("1Gi"),
} satisfies Record<keyof ClusterResourcesArgs, z.ZodType>);

const synchronous = z.strictObject({
  number: countField(1).default(1),
  dataDurability: z.enum(["required", "preferred"]).default("required"),
} satisfies Record<keyof SynchronousReplicationArgs, z.ZodType>);

const antiAffinity = z.strictObject({
  required: z.boolean().default(true),
  topologyKey: z.string().min(1).default("kubernetes.io/hostname"),
} satisfies Record<keyof AntiAffinityArgs, z.ZodType>);

const initialDatabase = z.strictObject({
  database: postgresIdentifier.default("app"),
  owner: postgresIdentifier.optional(),
  encoding: z.string().min(1).default("UTF8"),
  locale: z.string().min(1).default("C"),
} satisfies Record<keyof InitialDatabaseArgs, z.ZodType>);

export const postgresClusterSchema = z
  .strictObject({
    environment: kubernetesName,
    namespace: kubernetesName,
    createNamespace: z.boolean().default(true),
    clusterName: kubernetesName.optional(),
    engine: z.enum(ENGINES).default("cloudnative-pg"),
    postgresMajor: z.int().min(14).max(99),
    image: imageField,
    instances: countField(1).default(3),
    storage,
    resources: clusterResources.prefault({}),
    parameters: z.record(z.string(), z.string()).default({}),
    sharedPreloadLibraries: z.array(z.string().min(1)).default([]),
    synchronous: synchronous.prefault({}),
    antiAffinity: antiAffinity.prefault({}),
    initialDatabase: initialDatabase.prefault({}),
    backupRole: roleCredentials("restorable_backup"),
    adminRole: roleCredentials("restorable_admin").optional(),
    deletionProtection: z.boolean().optional(),
    readyTimeout: durationField.default("15m"),
  } satisfies Record<keyof PostgresClusterArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblem(imageMajorProblem(args.image, args.postgresMajor), context, "image");
    reportProblem(instancesProblem(args.instances, args.environment), context, "instances");
    if (args.instances > 1 && args.synchronous.number >= args.instances)
      reportProblem(
        `${args.synchronous.number} of ${args.instances - 1} replicas can never acknowledge a commit: ` +
          "declare fewer than instances, or more instances",
        context,
        "synchronous",
        "number",
      );
  }) satisfies z.ZodType<PostgresClusterArgs>;

/** A cluster's declaration, checked, with every default filled in. */
export type ClusterDeclaration = z.output<typeof postgresClusterSchema> & { clusterName: string };
