import type { PolicyResource } from "@pulumi/policy";
import type { z } from "zod";
import {
  type BackupDescriptor,
  backupDescriptorSchema,
  type ClusterDescriptor,
  type CopyDescriptor,
  clusterDescriptorSchema,
  copyDescriptorSchema,
  type DrillDescriptor,
  drillDescriptorSchema,
  type StorageDescriptor,
  storageDescriptorSchema,
  TYPE_TOKENS,
} from "../../model/descriptor";
import { read } from "../known";

/** One of this library's components with the descriptor it registered, or why that cannot be relied on. */
export interface Declared<D> {
  urn: string;
  name: string;
  descriptor?: D;
  /** Set when there is no descriptor: it is unknown at preview, absent, or not what its schema says. */
  problem?: string;
}

export type OwnBackupDescriptor = BackupDescriptor | CopyDescriptor;

export interface Declarations {
  clusters: Declared<ClusterDescriptor>[];
  storages: Declared<StorageDescriptor>[];
  /** Backups, and off-site copies of them: each needs a drill of its own restore path. */
  ownBackups: Declared<OwnBackupDescriptor>[];
  drills: Declared<DrillDescriptor>[];
}

/** All components that hold backups. */
export const STORAGE_TYPES: string[] = [TYPE_TOKENS.storage, TYPE_TOKENS.s3Storage, TYPE_TOKENS.nfsStorage];

/** All components that say what proves a backup. */
const DRILL_TYPES: string[] = [TYPE_TOKENS.drill, TYPE_TOKENS.platformDrill, TYPE_TOKENS.externalDrill];

export function declarationsOf(resources: PolicyResource[]): Declarations {
  const found: Declarations = { clusters: [], storages: [], ownBackups: [], drills: [] };
  for (const resource of resources) {
    if (!resource.type.startsWith("restorable:")) continue;
    if (resource.type === TYPE_TOKENS.cluster) found.clusters.push(declared(resource, clusterDescriptorSchema));
    else if (STORAGE_TYPES.includes(resource.type)) found.storages.push(declared(resource, storageDescriptorSchema));
    else if (resource.type === TYPE_TOKENS.backup) found.ownBackups.push(declared(resource, backupDescriptorSchema));
    else if (resource.type === TYPE_TOKENS.copy) found.ownBackups.push(declared(resource, copyDescriptorSchema));
    else if (DRILL_TYPES.includes(resource.type)) found.drills.push(declared(resource, drillDescriptorSchema));
  }
  return found;
}

/** The descriptor that `resource` registered, read with `schema`. */
export function declared<S extends z.ZodType>(resource: PolicyResource, schema: S): Declared<z.output<S>> {
  const { urn, name } = resource;
  const reading = read(resource.props, "descriptor");
  if (reading.state === "absent") return { urn, name, problem: "it registered no descriptor" };
  if (reading.state === "unknown") return { urn, name, problem: `${reading.path} is unknown at preview` };
  const parsed = schema.safeParse(reading.value);
  if (parsed.success) return { urn, name, descriptor: parsed.data };
  const issue = parsed.error.issues[0];
  // The issue's path and code, not its message: messages quote values.
  return { urn, name, problem: `its descriptor is not valid at ${["descriptor", ...(issue?.path ?? [])].join(".")}` };
}

/** Remedies for a descriptor that cannot be relied on; the same for every rule that needs one. */
export const DESCRIPTOR_REMEDY =
  "give the component plain values instead of outputs of resources that do not exist yet, and use the component and the pack of the same version";
