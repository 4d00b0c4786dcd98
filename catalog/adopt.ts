import { randomUUID } from "node:crypto";
import {
  type Adoption,
  describeOwner,
  type Owner,
  ownerKey,
  ownersIn,
  type StorageOwner,
  sameOwner,
} from "../model/storage-identity";
import { targetId } from "../model/target";
import { ReportedError } from "../runtime/errors";
import { counted } from "../runtime/format";
import type { Store } from "../store/store";
import { eachBackup } from "./list";
import { markerText, type OwnedFolder, ownersFound, readOwner } from "./ownership";

type Adopted = OwnedFolder & { store: Pick<Store, "putText" | "putTextIfAbsent"> };

/** Good backups, or evidence, of one owner and one server. */
export interface FoundShare extends Owner {
  /** Null: an earlier version took them, which did not ask. */
  systemIdentifier: string | null;
  count: number;
  /** Ids. */
  oldest: string;
  newest: string;
}

export interface AdoptionPlan {
  /** Undefined: there is none. */
  before: StorageOwner | undefined;
  after: StorageOwner;
  found: FoundShare[];
  /** What will be different, in words; empty: nothing. */
  changes: string[];
}

/**
 * What `owner` would accept by taking over `folder`: that it is the owner from now on, that the backups of all who are
 * found there are one history, and that the newest backup's server goes on where the others ended.
 */
export async function planAdoption(folder: OwnedFolder, owner: Owner, now: Date): Promise<AdoptionPlan> {
  const before = await readOwner(folder);
  const at = now.toISOString();
  const found = folder.root === "backups" ? await sharesOf(folder) : [];
  const marker = before ?? newMarker(folder, owner, at);
  const adopted = [...marker.adopted];
  const changes = before ? [] : [`a marker is written: the folder belongs to the ${describeOwner(owner)}`];
  const take = (of: Owner, text: string) => {
    if (ownersIn({ ...owner, adopted }).some((known) => sameOwner(known, of))) return;
    adopted.push({ at, from: { environment: of.environment, stack: of.stack } });
    changes.push(text);
  };
  if (before)
    take(
      before,
      `it belongs to the ${describeOwner(owner)}, and no more to the ${describeOwner(before)}, which may not write`,
    );
  for await (const { what, of } of ownersFound(folder)) {
    if (of === undefined) throw elsewhere(folder, what);
    take(of, `what the ${describeOwner(of)} stored counts as the owner's own`);
  }
  const server = newServer(found, adopted);
  if (server !== undefined) {
    adopted.push({ at, systemIdentifier: server });
    changes.push(
      `the server ${server} goes on where the others ended: pruning counts the backups of all as one history`,
    );
  }
  const { environment, stack } = owner;
  return { before, after: { ...marker, environment, stack, adopted }, found, changes };
}

/** Writes the marker of `plan`, if it changes anything and nobody else was faster. Safe to repeat. */
export async function adopt(folder: Adopted, { before, after, changes }: AdoptionPlan): Promise<void> {
  if (changes.length === 0) return;
  const { store, prefix, target, root } = folder;
  const key = ownerKey(prefix, target, root);
  const text = markerText(after);
  const now = await readOwner(folder);
  if (JSON.stringify(now) !== JSON.stringify(before)) throw overtaken(key, store.place);
  if (before === undefined) await store.putTextIfAbsent(key, text);
  else await store.putText(key, text);
  if ((await store.readTextIfThere(key)) !== text) throw overtaken(key, store.place);
}

function newMarker({ target }: OwnedFolder, { environment, stack }: Owner, createdAt: string): StorageOwner {
  return { version: 1, id: randomUUID(), target: targetId(target), environment, stack, createdAt, adopted: [] };
}

/** In the order of their oldest backups. */
async function sharesOf({ store, prefix, target }: OwnedFolder): Promise<FoundShare[]> {
  const shares = new Map<string, FoundShare>();
  for await (const { id, state, manifest } of eachBackup(store, prefix, target)) {
    if (state !== "good" || !manifest) continue;
    const { environment, stack, server } = manifest;
    const key = JSON.stringify([environment, stack, server.systemIdentifier]);
    const share = shares.get(key);
    if (share) Object.assign(share, { count: share.count + 1, newest: id });
    else {
      const systemIdentifier = server.systemIdentifier ?? null;
      shares.set(key, { environment, stack, systemIdentifier, count: 1, oldest: id, newest: id });
    }
  }
  return [...shares.values()];
}

/** The newest backup's server where there are several and nobody has accepted it: by the same reckoning as pruning. */
function newServer(found: readonly FoundShare[], adopted: readonly Adoption[]): string | undefined {
  const first = found.find(({ systemIdentifier }) => systemIdentifier)?.systemIdentifier;
  const servers = new Set(found.map(({ systemIdentifier }) => systemIdentifier ?? first));
  const newest = [...found].sort((a, b) => (a.newest < b.newest ? 1 : -1))[0];
  const server = newest?.systemIdentifier ?? first ?? undefined;
  if (servers.size < 2 || server === undefined) return undefined;
  return adopted.some(({ systemIdentifier }) => systemIdentifier === server) ? undefined : server;
}

/** One line for each share, for people. */
export function shareLines(found: readonly FoundShare[]): string[] {
  return found.map(({ environment, stack, systemIdentifier, count, oldest, newest }) => {
    const server = systemIdentifier === null ? "a server that was not asked" : `the server ${systemIdentifier}`;
    return `${counted(count, "good backup")} of the ${describeOwner({ environment, stack })} from ${server}, ${oldest} to ${newest}`;
  });
}

function elsewhere({ store, target }: OwnedFolder, what: string): ReportedError {
  return new ReportedError(
    `${what} in the folder of ${targetId(target)} in ${store.place} is of another database: nothing was changed; move what ` +
      "was copied there from elsewhere, then run it again",
  );
}

function overtaken(key: string, place: string): ReportedError {
  return new ReportedError(
    `${key} in ${place} was changed by somebody else at the same time: look at what is there now with --dry-run, then run it again`,
  );
}
