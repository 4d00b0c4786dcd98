import { randomUUID } from "node:crypto";
import { layout } from "../model/layout";
import {
  type Adoption,
  describeOwner,
  type Owner,
  ownerKey,
  ownersIn,
  type StorageOwner,
  type StorageRoot,
  sameOwner,
  storageOwnerSchema,
} from "../model/storage-identity";
import { type Target, targetId } from "../model/target";
import { ReportedError } from "../runtime/errors";
import type { Store } from "../store/store";
import { evidenceKeys, readEnvelope } from "./evidence";
import { eachBackup } from "./list";
import { inParallel } from "./parallel";

/** One database's folder in a storage: what a marker of ownership stands for. */
export interface OwnedFolder {
  store: Pick<Store, "readTextIfThere" | "list" | "place">;
  prefix: string;
  target: Target;
  root: StorageRoot;
}

/** A marker that is there and says nothing that counts here. Whoever only reads can go on without it. */
export class MarkerError extends ReportedError {}

type Readable = Omit<OwnedFolder, "store"> & { store: Pick<Store, "readTextIfThere" | "place"> };

/** The marker of `folder`; undefined where there is none. One that cannot be read is an error: it may be another's. */
export async function readOwner({ store, prefix, target, root }: Readable): Promise<StorageOwner | undefined> {
  const key = ownerKey(prefix, target, root);
  const text = await store.readTextIfThere(key);
  if (text === undefined) return undefined;
  const marker = parsed(text, `${key} in ${store.place}`);
  if (marker.target === targetId(target)) return marker;
  throw new MarkerError(
    `${key} in ${store.place} is the marker of the database ${marker.target}, not of ${targetId(target)}: this storage does ` +
      "not tell capital letters from small ones, or the folder was copied; nothing was written and nothing removed: " +
      "give one of both databases another prefix",
  );
}

function parsed(text: string, what: string): StorageOwner {
  try {
    return storageOwnerSchema.parse(JSON.parse(text));
  } catch {
    throw new MarkerError(
      `${what} is not what this version of Restorable writes, and says not whose the backups there are: it was damaged, or a ` +
        "newer version wrote it; nothing was written and nothing removed: use that version, or, if it was damaged, look at " +
        "`restorable backup list`, delete it, and let the next backup write it anew",
    );
  }
}

/** The marker of `folder` when it is `owner`'s. Throws where it is another's, and where there is none. */
export async function requireOwner(folder: Readable, owner: Owner): Promise<StorageOwner> {
  const marker = await readOwner(folder);
  if (marker === undefined)
    throw new ReportedError(
      `${ownerKey(folder.prefix, folder.target, folder.root)} in ${folder.store.place} is missing, which says whose the ` +
        "backups there are: nothing is removed; the next backup writes it",
    );
  return requireSame(folder, marker, owner);
}

/** The marker of `folder`, written now where there is none and nothing there is another's. */
export async function claimFolder(
  folder: OwnedFolder & { store: Pick<Store, "putTextIfAbsent">; adopted?: Adoption[] },
  owner: Owner,
): Promise<StorageOwner> {
  const present = await readOwner(folder);
  if (present) return requireSame(folder, present, owner);
  const { store, prefix, target, root, adopted = [] } = folder;
  await requireNothingForeign(folder, [owner, ...adopted.flatMap(({ from }) => from ?? [])]);
  const { environment, stack } = owner;
  const createdAt = new Date().toISOString();
  const marker: StorageOwner = {
    ...{ version: 1, id: randomUUID(), target: targetId(target) },
    ...{ environment, stack, createdAt, adopted },
  };
  await store.putTextIfAbsent(ownerKey(prefix, target, root), markerText(marker));
  // Of two at once, one has won: what is there now decides.
  const stored = await readOwner(folder);
  if (!stored)
    throw new ReportedError(
      `${ownerKey(prefix, target, root)} in ${store.place} was written and cannot be read back: this storage cannot be relied ` +
        "on; look at its log, then run it again",
    );
  return requireSame(folder, stored, owner);
}

export const markerText = (marker: StorageOwner) => `${JSON.stringify(storageOwnerSchema.parse(marker), null, 1)}\n`;

function requireSame({ store, prefix, target, root }: Readable, marker: StorageOwner, owner: Owner): StorageOwner {
  if (sameOwner(marker, owner)) return marker;
  const since = marker.adopted.findLast(({ from }) => from)?.at ?? marker.createdAt;
  throw new ReportedError(
    `${folderOf(prefix, target, root)} in ${store.place} belongs to the ${describeOwner(marker)}, since ${since}, and this ` +
      `is the ${describeOwner(owner)}: nothing was written and nothing removed. Give this one another bucket or prefix; or, ` +
      "if it is to take over what is there, run `restorable storage adopt`",
  );
}

/** What an earlier version stored without a marker must all be `owner`'s. */
async function requireNothingForeign(folder: OwnedFolder, owners: [Owner, ...Owner[]]): Promise<void> {
  for await (const { what, of } of ownersFound(folder)) {
    if (of !== undefined && owners.some((owner) => sameOwner(of, owner))) continue;
    const { store, prefix, target, root } = folder;
    throw new ReportedError(
      `${folderOf(prefix, target, root)} in ${store.place} has no marker that says whose it is, and ${what} there is of ` +
        `${of ? `the ${describeOwner(of)}` : "another database"}, while this is the ${describeOwner(owners[0])}: nothing was ` +
        "written. Give this one another bucket or prefix; or, if all of it is one database's, run `restorable storage adopt`",
    );
  }
}

/** Whose each backup, or each drill's evidence, in `folder` says that it is; undefined: of another database. */
export async function* ownersFound({
  store,
  prefix,
  target,
  root,
}: OwnedFolder): AsyncGenerator<{ what: string; of: Owner | undefined }> {
  const ofTarget = (of: Owner & { target: Target }) => (targetId(of.target) === targetId(target) ? of : undefined);
  if (root === "backups") {
    for await (const { id, manifest } of eachBackup(store, prefix, target))
      if (manifest) yield { what: `the backup ${id}`, of: ofTarget(manifest) };
    return;
  }
  for await (const page of evidenceKeys(store, prefix, target)) {
    const predicates = await inParallel(page, 16, async ({ key, drillId }) => {
      const text = await store.readTextIfThere(key);
      const predicate = text === undefined ? undefined : readEnvelope(text, key, []).predicate;
      return predicate && { what: `the evidence of the drill ${drillId}`, of: ofTarget(predicate) };
    });
    yield* predicates.filter((found) => found !== undefined);
  }
}

/** Whose the backups of `folder` are, for those who know neither environment nor stack: by its marker, or by all of them. */
export async function ownersOf(folder: OwnedFolder): Promise<Owner[]> {
  const marker = await readOwner(folder);
  if (marker) return ownersIn(marker);
  const owners: Owner[] = [];
  for await (const { of } of ownersFound(folder))
    if (of && !owners.some((known) => sameOwner(known, of)))
      owners.push({ environment: of.environment, stack: of.stack });
  return owners;
}

function folderOf(prefix: string, target: Target, root: StorageRoot): string {
  return root === "backups" ? layout.backups(prefix, target) : layout.evidences(prefix, target);
}
