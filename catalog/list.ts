import { ID_PATTERN, layout, MANIFEST } from "../model/layout";
import { ARTIFACT_NAMES, artifactKey, type Manifest, NewerManifestError, parseManifest } from "../model/manifest";
import { describeOwner, type Owner, sameOwner } from "../model/storage-identity";
import { type Target, targetId } from "../model/target";
import { messageOf, ReportedError } from "../runtime/errors";
import type { ListedObject, Store } from "../store/store";
import { MOST_TEXT_BYTES } from "../store/text";
import { inParallel } from "./parallel";
import { Shared } from "./shared";

/**
 * One folder of a storage that bears a backup's id, as it is held in memory: about 1 kB, of which there may be 100,000.
 * The manifest is whole, but the parts that are alike in most backups (restore path, server, tools, target) are one
 * object for all of them: do not change them. Of the objects the names are held, and their sizes as a sum.
 */
export interface StoredBackup {
  id: string;
  target: Target;
  /**
   * `good`: its manifest is there, and every object that it names, of the size that it names. `unfinished`: no
   * manifest: it is under way, was cut off, or is half removed. `damaged`: there is a manifest, but it or an object is
   * not what it should be. `foreign`: it is of the same names in another stack or environment, and so of another
   * database: it counts for nothing here, and nothing may be done to it.
   */
  state: "good" | "unfinished" | "damaged" | "foreign";
  /** Why it is not good. */
  problem?: string;
  /** It is `damaged` only to this version, which is too old to read its manifest. */
  newerVersion?: true;
  /** The names of its objects within its folder, the manifest's included: `objectKeys` makes keys of them. */
  objects: readonly string[];
  /** All its objects together. */
  bytes: number;
  /** When the newest of its objects was stored, by the storage's clock. */
  modified: Date;
  /** Absent when there is none or it cannot be read. */
  manifest?: Manifest;
}

/** How many manifests are fetched at once. */
const AT_ONCE = 16;

/** The databases of which there are backups under `prefix`, in the order of their names. */
export async function listTargets(store: Pick<Store, "folders">, prefix: string): Promise<Target[]> {
  const root = `${prefix}backups/`;
  const targets: Target[] = [];
  for (const namespace of await store.folders(root))
    for (const cluster of await store.folders(`${root}${namespace}/`))
      for (const database of await store.folders(`${root}${namespace}/${cluster}/`))
        targets.push({ namespace, cluster, database: decodeURIComponent(database) });
  return targets;
}

/** The backups of exactly `target`, oldest first. Without `owners`, those of every stack and environment count. */
export async function listBackups(
  store: Pick<Store, "list" | "readTextIfThere">,
  prefix: string,
  target: Target,
  owners?: readonly Owner[],
): Promise<StoredBackup[]> {
  const backups: StoredBackup[] = [];
  for await (const backup of eachBackup(store, prefix, target, owners)) backups.push(backup);
  return backups;
}

/**
 * The backups of exactly `target`, oldest first, one at a time, for whoever keeps less of each. One pass over the
 * listing; the manifests of a page are read while it is held.
 */
export async function* eachBackup(
  store: Pick<Store, "list" | "readTextIfThere">,
  prefix: string,
  target: Target,
  owners?: readonly Owner[],
): AsyncGenerator<StoredBackup> {
  const folder = layout.backups(prefix, target);
  const shared = new Shared();
  const read = ({ id, objects }: Group) => readBackup(store, prefix, target, id, objects, { owners, shared });
  let current: Group | undefined;
  for await (const page of store.list(folder)) {
    const complete: Group[] = [];
    for (const object of page) {
      const id = idIn(object.key, folder);
      if (id === undefined) continue;
      if (id !== current?.id) {
        // Objects of one backup that stood in two places would make it look as if some were missing.
        if (current && id < current.id) throw unordered(folder);
        if (current) complete.push(current);
        current = { id, objects: [] };
      }
      current.objects.push(object);
    }
    yield* await inParallel(complete, AT_ONCE, read);
  }
  if (current) yield await read(current);
}

interface Group {
  id: string;
  objects: ListedObject[];
}

function idIn(key: string, folder: string): string | undefined {
  const end = key.indexOf("/", folder.length);
  const id = end < 0 ? "" : key.slice(folder.length, end);
  return ID_PATTERN.test(id) ? id : undefined;
}

function unordered(folder: string): ReportedError {
  return new ReportedError(
    `the storage lists what is under ${folder} in no order: what belongs to which backup cannot be told; ` +
      "S3 servers list keys in the order of their bytes (directory buckets do not): use a general purpose bucket",
  );
}

/** What the listed `objects` of one backup amount to. */
export async function readBackup(
  store: Pick<Store, "readTextIfThere">,
  prefix: string,
  target: Target,
  id: string,
  objects: readonly ListedObject[],
  { owners, shared = new Shared() }: { owners?: readonly Owner[]; shared?: Shared } = {},
): Promise<StoredBackup> {
  const folder = layout.backup(prefix, target, id);
  const backup = {
    id: shared.copied(id),
    target,
    objects: shared.list(objects.map(({ key }) => key.slice(folder.length))),
    bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
    modified: new Date(objects.reduce((newest, { modified }) => Math.max(newest, modified.getTime()), 0)),
  };
  const key = folder + MANIFEST;
  const listed = objects.find((object) => object.key === key);
  if (listed && listed.bytes > MOST_TEXT_BYTES)
    return { ...backup, state: "damaged", problem: `${key} has ${listed.bytes} bytes: it is no manifest` };
  const text = listed ? await store.readTextIfThere(key) : undefined;
  if (text === undefined) return { ...backup, state: "unfinished", problem: "it has no manifest" };
  let manifest: Manifest;
  try {
    manifest = shared.parts(parseManifest(text, key));
  } catch (error) {
    const newer = error instanceof NewerManifestError ? { newerVersion: true as const } : {};
    return { ...backup, ...newer, state: "damaged", problem: messageOf(error) };
  }
  const stranger = foreignProblem(manifest, owners);
  if (stranger && targetId(manifest.target) === targetId(target))
    return { ...backup, state: "foreign", problem: stranger, manifest };
  const problem = manifestProblem(prefix, target, id, manifest, objects);
  return problem ? { ...backup, state: "damaged", problem, manifest } : { ...backup, state: "good", manifest };
}

/** Whose the backup is when it is of none of `owners`; else, and without any, undefined. */
export function foreignProblem(of: Owner, owners: readonly Owner[] | undefined): string | undefined {
  if (owners === undefined || owners.some((owner) => sameOwner(owner, of))) return undefined;
  return `it belongs to the ${describeOwner(of)}`;
}

/** The keys of a backup's objects. */
export function objectKeys(prefix: string, { target, id, objects }: Pick<StoredBackup, "target" | "id" | "objects">) {
  const folder = layout.backup(prefix, target, id);
  return objects.map((name) => folder + name);
}

function manifestProblem(
  prefix: string,
  target: Target,
  id: string,
  manifest: Manifest,
  objects: readonly ListedObject[],
): string | undefined {
  if (manifest.id !== id || targetId(manifest.target) !== targetId(target))
    return `its manifest is of ${targetId(manifest.target)}/${manifest.id}: it was copied from elsewhere`;
  const sizes = new Map(objects.map((object) => [object.key, object.bytes]));
  for (const name of ARTIFACT_NAMES) {
    const key = artifactKey(prefix, manifest, name);
    const size = sizes.get(key);
    const expected = manifest.artifacts[name].bytes;
    if (size === undefined) return `${key} is missing`;
    if (size !== expected) return `${key} has ${size} bytes, its manifest says ${expected}`;
  }
  return undefined;
}
