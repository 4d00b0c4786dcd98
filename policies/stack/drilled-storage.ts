import type { DrillDescriptor, RestoreDrillDescriptor, StorageDescriptor } from "../../model/descriptor";
import { targetId } from "../../model/target";
import type { Declared, OwnBackupDescriptor } from "./declared";

/**
 * A drill proves the storage that it restores from, and no other: which one that is, is told by where the storage lies,
 * or by the bucket itself, and not by what somebody calls a Secret.
 */
export interface Declarations {
  ownBackups: Declared<OwnBackupDescriptor>[];
  storages: Declared<StorageDescriptor>[];
  drills: Declared<DrillDescriptor>[];
}

/** Whether `drill` restores from where `backup` goes; where that cannot be told, one drill stands for one storage alone. */
export function readsFrom(drill: RestoreDrillDescriptor, backup: OwnBackupDescriptor, stack: Declarations): boolean {
  if (drill.prefix !== undefined && backup.prefix !== undefined && drill.prefix !== backup.prefix) return false;
  const { readers, writers } = placesOf(stack.storages);
  const from = placeOf(drill.reader, readers);
  const to = placeOf(backup.writer, writers);
  if (from !== undefined && to !== undefined) return from === to;
  const { drilled, written } = countsOf(stack);
  const key = keyOf(backup);
  return (written.get(key)?.size ?? 0) <= Math.max(1, drilled.get(key)?.size ?? 0);
}

/** Of Amazon S3 a bucket's name says where it is; a claim or a Secret that no storage lists may be any. */
function placeOf(access: string | undefined, places: Map<string, string>): string | undefined {
  if (access === undefined) return undefined;
  return places.get(access) ?? (access.startsWith("bucket ") ? access : undefined);
}

interface Places {
  readers: Map<string, string>;
  writers: Map<string, string>;
}

const places = new WeakMap<Declarations["storages"], Places>();

/** Sorted once, however many backups and drills ask; so is what follows. */
function placesOf(storages: Declarations["storages"]): Places {
  const known = places.get(storages);
  if (known) return known;
  const found: Places = { readers: new Map(), writers: new Map() };
  for (const { urn, descriptor } of storages) {
    if (!descriptor) continue;
    const place = placeOfStorage(descriptor, urn);
    for (const reader of descriptor.readers ?? []) found.readers.set(reader, place);
    for (const writer of descriptor.writers) found.writers.set(writer, place);
  }
  places.set(storages, found);
  return found;
}

/** A storage class gives each claim a volume of its own: such a storage is no other than itself. */
function placeOfStorage({ storage, endpoint, bucket }: StorageDescriptor, urn: string): string {
  if (storage === "s3" && bucket !== undefined) return `bucket ${bucket}`;
  if (endpoint.startsWith("storage-class:")) return urn;
  return JSON.stringify([endpoint.replace(/\/+$/, "").toLowerCase(), bucket]);
}

interface Counts {
  /** By environment, database and restore path: the accesses with which drills read, … */
  drilled: Map<string, Set<string>>;
  /** … and those with which backups are written. */
  written: Map<string, Set<string>>;
}

const counts = new WeakMap<Declarations["ownBackups"], Counts>();

function countsOf({ ownBackups, drills }: Declarations): Counts {
  const known = counts.get(ownBackups);
  if (known) return known;
  const found: Counts = { drilled: new Map(), written: new Map() };
  const add = (map: Map<string, Set<string>>, key: string, access: string) =>
    map.set(key, (map.get(key) ?? new Set()).add(access));
  for (const { descriptor } of ownBackups)
    if (descriptor) add(found.written, keyOf(descriptor), JSON.stringify([descriptor.writer, descriptor.prefix]));
  for (const { urn, descriptor } of drills)
    if (descriptor?.kind === "drill")
      add(found.drilled, keyOf(descriptor), JSON.stringify([descriptor.reader ?? urn, descriptor.prefix]));
  counts.set(ownBackups, found);
  return found;
}

const keyOf = ({ environment, target, fingerprint }: Pick<DrillDescriptor, "environment" | "target" | "fingerprint">) =>
  JSON.stringify([environment, targetId(target), fingerprint]);
