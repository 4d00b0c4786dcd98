import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { parseDuration } from "../../model/duration";
import { sizeBytes } from "../../model/fields";
import { quoteIdentifier } from "../../model/sql";
import { labels } from "../kubernetes/labels";
import type { ClusterDeclaration } from "./postgres-cluster-args";

/** The Secrets that hold the passwords of the roles declared with the cluster. */
export interface RoleSecrets {
  backup: string;
  admin?: string;
}

/** A cluster of the CloudNativePG operator (1.30 or later), which must be installed. */
export function cloudNativePgCluster(
  name: string,
  args: ClusterDeclaration,
  secrets: RoleSecrets,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: {
        name: args.clusterName,
        namespace: args.namespace,
        labels: labels("cluster", args.clusterName),
        annotations: { "pulumi.com/waitFor": JSON.stringify(READY) },
      },
      spec: clusterSpec(args, secrets),
    },
    { ...opts, customTimeouts: { create: timeout(args), update: timeout(args), delete: timeout(args) } },
  );
}

/**
 * When a deployment goes on: the cluster is ready, and its roles are in the database, too. The operator makes them a
 * moment after the cluster is ready, and a backup that starts in between cannot log in.
 */
const READY = ["condition=Ready", "jsonpath={.status.managedRolesStatus.byStatus.reconciled}"];

const timeout = (args: ClusterDeclaration) => `${parseDuration(args.readyTimeout)}s`;

function clusterSpec(args: ClusterDeclaration, secrets: RoleSecrets): Record<string, unknown> {
  const { resources, storage, initialDatabase } = args;
  return {
    instances: args.instances,
    imageName: args.image,
    // A new primary is chosen and promoted instead of restarting the old one in place: seconds instead of minutes.
    primaryUpdateStrategy: "unsupervised",
    primaryUpdateMethod: "switchover",
    enableSuperuserAccess: false,
    enablePDB: args.instances > 1,
    storage: volume(storage.size, storage.storageClass),
    ...(storage.walSize ? { walStorage: volume(storage.walSize, storage.storageClass) } : {}),
    resources: {
      requests: { cpu: resources.cpu, memory: resources.memory },
      limits: { memory: resources.memory },
    },
    affinity: {
      enablePodAntiAffinity: args.instances > 1,
      podAntiAffinityType: args.antiAffinity.required ? "required" : "preferred",
      topologyKey: args.antiAffinity.topologyKey,
    },
    postgresql: {
      parameters: { shared_buffers: sharedBuffers(resources.memory), ...args.parameters },
      ...(args.sharedPreloadLibraries.length > 0 ? { shared_preload_libraries: args.sharedPreloadLibraries } : {}),
      ...(args.instances > 1 ? { synchronous: synchronous(args) } : {}),
    },
    bootstrap: {
      initdb: {
        database: initialDatabase.database,
        owner: initialDatabase.owner ?? initialDatabase.database,
        encoding: initialDatabase.encoding,
        localeCollate: initialDatabase.locale,
        localeCType: initialDatabase.locale,
        // Damage on disk is found when a page is read, not when a restore needs it.
        dataChecksums: true,
        postInitSQL: backupRoleSql(args.backupRole.name),
      },
    },
    managed: { roles: managedRoles(args, secrets) },
  };
}

function volume(size: string, storageClass?: string) {
  return { size, ...(storageClass ? { storageClass } : {}) };
}

function synchronous({ synchronous, instances }: ClusterDeclaration) {
  return {
    method: "any",
    number: synchronous.number,
    dataDurability: synchronous.dataDurability,
    // Nobody is promoted who may lack an acknowledged commit. It takes a replica to spare to find that out.
    failoverQuorum: synchronous.dataDurability === "required" && instances > synchronous.number + 1,
  };
}

function managedRoles(args: ClusterDeclaration, secrets: RoleSecrets) {
  const roles: Record<string, unknown>[] = [
    {
      name: args.backupRole.name,
      ensure: "present",
      comment: "takes logical backups (Restorable)",
      login: true,
      inRoles: ["pg_read_all_data"],
      // Without it pg_dump fails on tables with row-level security, or worse, leaves rows out.
      bypassrls: true,
      passwordSecret: { name: secrets.backup },
    },
  ];
  if (args.adminRole && secrets.admin) {
    roles.push({
      name: args.adminRole.name,
      ensure: "present",
      comment: "declares roles and grants (Restorable)",
      login: true,
      superuser: true,
      passwordSecret: { name: secrets.admin },
    });
  }
  return roles;
}

/**
 * What the operator's roles cannot say. No predefined role reads large objects, and nobody keeps up a grant for each: with
 * this setting, which only a superuser can give, the role needs none. The operator makes the rest of the role later.
 */
function backupRoleSql(name: string): string[] {
  const role = quoteIdentifier(name);
  return [`CREATE ROLE ${role}`, `ALTER ROLE ${role} SET lo_compat_privileges = on`];
}

/** A quarter of the memory, as PostgreSQL's manual suggests ("Resource Consumption"). */
function sharedBuffers(memory: string): string {
  return `${Math.max(16, Math.floor(sizeBytes(memory) / 4 / 2 ** 20))}MB`;
}
