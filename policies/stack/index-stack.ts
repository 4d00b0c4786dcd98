import type { PolicyResource } from "@pulumi/policy";
import type { z } from "zod";
import {
  type BackupDescriptor,
  backupDescriptorSchema,
  type ClusterDescriptor,
  clusterDescriptorSchema,
  type DrillDescriptor,
  drillDescriptorSchema,
  TYPE_TOKENS,
} from "../model/descriptor";
import { type ForeignBackup, recognize } from "./foreign-backups";
import { read } from "./known";

/** One resource of a stack with the descriptor it registered, or why that cannot be relied on. */
export interface Declared<D> {
  urn: string;
  name: string;
  descriptor?: D;
  /** Set when there is no descriptor: it is unknown at preview, absent, or not what its schema says. */
  problem?: string;
}

/** What the rules look at, read once from the stack's resources. */
export interface StackIndex {
  clusters: Declared<ClusterDescriptor>[];
  backups: Declared<BackupDescriptor>[];
  drills: Declared<DrillDescriptor>[];
  /** Backups that this library did not make. */
  foreign: ForeignBackup[];
}

export function indexStack(resources: PolicyResource[]): StackIndex {
  const index: StackIndex = { clusters: [], backups: [], drills: [], foreign: [] };
  for (const resource of resources) {
    if (resource.type === TYPE_TOKENS.cluster) index.clusters.push(declared(resource, clusterDescriptorSchema));
    else if (resource.type === TYPE_TOKENS.backup) index.backups.push(declared(resource, backupDescriptorSchema));
    else if (resource.type === TYPE_TOKENS.drill) index.drills.push(declared(resource, drillDescriptorSchema));
    else {
      const foreign = recognize(resource);
      if (foreign && !isOurs(resource)) index.foreign.push(foreign);
    }
  }
  return index;
}

function declared<S extends z.ZodType>(resource: PolicyResource, schema: S): Declared<z.output<S>> {
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

/** The Jobs of our own components are accounted for by their descriptors. Others make none: what hangs below them is foreign. */
function isOurs(resource: PolicyResource): boolean {
  const tokens: string[] = [TYPE_TOKENS.backup, TYPE_TOKENS.drill];
  for (let at = resource.parent; at; at = at.parent) if (tokens.includes(at.type)) return true;
  return false;
}

/** Remedies for a descriptor that cannot be relied on; the same for every rule that needs one. */
export const DESCRIPTOR_REMEDY =
  "give the component plain values instead of outputs of resources that do not exist yet, and use the component and the pack of the same version";
