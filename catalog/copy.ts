import { layout, MANIFEST } from "../model/layout";
import { ARTIFACT_NAMES, artifactKey, type Manifest } from "../model/manifest";
import { type Adoption, type Owner, ownersIn, sameOwner } from "../model/storage-identity";
import type { Target } from "../model/target";
import { EXIT, ReportedError } from "../runtime/errors";
import { counted } from "../runtime/format";
import type { Store } from "../store/store";
import { requireArtifacts } from "./artifacts";
import { requireClock } from "./clock";
import { CopyError, copyObject, onSide, type Side } from "./copy-object";
import { listBackups, type StoredBackup } from "./list";
import { ownedStore } from "./owned-store";
import { readOwner } from "./ownership";
import { isRemoved } from "./removed";

/** Where backups are copied from, or to. Each has credentials of its own. */
export interface CopyPlace {
  store: Store;
  prefix: string;
}

export interface CopyOptions {
  /** Only so many good backups, the newest ones. @default all */
  newest?: number;
  /**
   * Backups that were complete longer ago are left out: what the destination's retention would remove at once. The
   * newest is copied whatever its age, as no retention removes it. @default all are copied
   */
  maxAgeSeconds?: number;
  /** @default now */
  now?: Date;
  /** Ends the copying between two objects; within one, the stores' own signals do. */
  signal?: AbortSignal;
  /** After each chunk of a backup that is being copied. */
  onProgress?: (progress: { id: string; bytes: number; of: number }) => void;
  /** When a backup is whole at the destination. */
  onCopied?: (copied: CopiedBackup) => void;
}

export interface CopiedBackup {
  id: string;
  /** Of all its objects that were copied. */
  bytes: number;
  seconds: number;
}

export interface CopyOutcome {
  copied: CopiedBackup[];
  /** Ids of those that were there already. */
  present: string[];
  /** Ids of those that are too old, or more than were asked for. */
  left: string[];
  /** Ids of those that were removed from the source while they were copied: what the destination got is no backup. */
  gone: string[];
}

interface Copying {
  from: CopyPlace;
  to: CopyPlace;
  target: Target;
  options: CopyOptions;
}

/**
 * Copies the good backups of `target` that the destination does not have, newest first: the objects, each held against
 * its manifest on the way, then the manifest, byte for byte. So a copy that was cut off has no manifest, and is made
 * again. Two copyings at once store the same objects twice and harm nothing. Evidence is not copied.
 *
 * A backup that is not what its manifest says, or of which the destination has another under the same id, is left
 * alone; the others are copied, and then this throws what was wrong with each. One that is pruned in the meantime
 * is no problem, and is named. Whatever stands in the way of all (a storage that is away or full) is thrown at once.
 */
export async function copyBackups(
  from: CopyPlace,
  to: CopyPlace,
  target: Target,
  owner: Owner,
  options: CopyOptions = {},
): Promise<CopyOutcome> {
  if (from.store.place === to.store.place && from.prefix === to.prefix)
    throw new ReportedError(
      `cannot copy: source and destination are the same, ${from.store.place}; name another storage or another prefix`,
      EXIT.badInput,
    );
  // Only ages go wrong with a clock: without a limit, what is there can be brought to safety all the same.
  if (options.maxAgeSeconds !== undefined) await requireClock(from.store, to.store);
  const adopted = await adoptedAt("source", from, target, owner);
  const owners = ownersIn({ ...owner, adopted });
  const owned: CopyPlace = { ...to, store: ownedStore(to.store, owner, to.prefix, target, "backups", adopted) };
  const source = await look("source", from, target, owners);
  const destination = await look("destination", to, target, owners);
  const wanted = wantedOf(source.backups, options);
  const outcome: CopyOutcome = { copied: [], present: [], left: wanted.left, gone: [] };
  const problems: string[] = [];
  for (const backup of wanted.backups) {
    const { id } = backup;
    options.signal?.throwIfAborted();
    const here = { state: destination.byId.get(id)?.state, text: destination.texts.get(id) };
    const text = source.texts.get(id) ?? "";
    try {
      if (here.text !== undefined && here.text !== text) throw differs(id, to);
      if (here.text !== undefined && here.state === "good") outcome.present.push(id);
      else if (backup.state === "good" && backup.manifest)
        outcome.copied.push(await copyBackup({ from, to: owned, target, options }, backup.manifest, text));
      else throw unusable(backup);
    } catch (error) {
      if (!(error instanceof CopyError && error.ofOneBackup)) throw error;
      if (error.side === "source" && (await onSide("source", () => isRemoved(from.store, from.prefix, target, id))))
        outcome.gone.push(id);
      else problems.push(error.message);
    }
  }
  if (problems.length > 0) throw incomplete(problems, outcome);
  return outcome;
}

/** What the owner has adopted there: backups of before are copied with its own. */
async function adoptedAt(side: Side, { store, prefix }: CopyPlace, target: Target, owner: Owner): Promise<Adoption[]> {
  const marker = await onSide(side, () => readOwner({ store, prefix, target, root: "backups" }));
  return marker && sameOwner(marker, owner) ? marker.adopted : [];
}

/** What one side has, with its manifests' texts as they stand there. */
async function look(side: Side, { store, prefix }: CopyPlace, target: Target, owners: readonly Owner[]) {
  const texts = new Map<string, string>();
  const folder = layout.backups(prefix, target);
  const reading: Parameters<typeof listBackups>[0] = {
    list: (below) => store.list(below),
    async readTextIfThere(key) {
      const text = await store.readTextIfThere(key);
      if (text !== undefined) texts.set(key.slice(folder.length).split("/", 1)[0] ?? "", text);
      return text;
    },
  };
  const backups = await onSide(side, () => listBackups(reading, prefix, target, owners));
  return { backups, texts, byId: new Map(backups.map((backup) => [backup.id, backup])) };
}

/** Newest first. What has no manifest is no backup yet; what is another's is not to be copied. */
function wantedOf(backups: StoredBackup[], { newest, maxAgeSeconds, now = new Date() }: CopyOptions) {
  const finished = backups.filter(({ state }) => state !== "unfinished" && state !== "foreign").reverse();
  const newestGood = finished.find(({ state }) => state === "good");
  const young = ({ manifest }: StoredBackup) =>
    maxAgeSeconds === undefined ||
    manifest === undefined ||
    now.getTime() - Date.parse(manifest.completedAt) <= maxAgeSeconds * 1000;
  let good = 0;
  const wanted = finished.filter((backup) => {
    if (backup !== newestGood && !young(backup)) return false;
    if (newest !== undefined && good >= newest) return false;
    if (backup.state === "good") good++;
    return true;
  });
  return { backups: wanted, left: finished.filter((backup) => !wanted.includes(backup)).map(({ id }) => id) };
}

async function copyBackup({ from, to, target, options }: Copying, manifest: Manifest, text: string) {
  const { id } = manifest;
  const started = performance.now();
  const of = ARTIFACT_NAMES.reduce((sum, name) => sum + manifest.artifacts[name].bytes, 0);
  let bytes = 0;
  for (const name of ARTIFACT_NAMES) {
    options.signal?.throwIfAborted();
    const key = (place: CopyPlace) => ({ store: place.store, key: artifactKey(place.prefix, manifest, name) });
    await copyObject(key(from), key(to), manifest.artifacts[name], (count) => {
      bytes += count;
      options.onProgress?.({ id, bytes, of });
    });
  }
  await onSide("destination", () => requireArtifacts(to.store, to.prefix, manifest));
  await onSide("destination", () => storeManifest(to, target, id, text));
  const copied = { id, bytes, seconds: (performance.now() - started) / 1000 };
  options.onCopied?.(copied);
  return copied;
}

/** Last, and only where there is none: another copying may have stored the same one in the meantime. */
async function storeManifest(to: CopyPlace, target: Target, id: string, text: string): Promise<void> {
  const key = layout.backup(to.prefix, target, id) + MANIFEST;
  const present = await to.store.readTextIfThere(key);
  if (present === text) return;
  if (present !== undefined) throw differs(id, to);
  await to.store.putText(key, text);
  if ((await to.store.readText(key)) === text) return;
  await to.store.remove(key);
  throw new ReportedError(
    `${key} in ${to.store.place} is not what was stored there a moment ago; it was removed again: look at that storage, then copy again`,
  );
}

function unusable({ id, newerVersion, problem }: StoredBackup): CopyError {
  const why = newerVersion ? `cannot be read by this version: ${problem}` : `is damaged: ${problem}`;
  return new CopyError(`the source: the backup ${id} ${why}`, "source", true);
}

function differs(id: string, to: CopyPlace): CopyError {
  return new CopyError(
    `the destination has another backup under the id ${id}: its manifest in ${to.store.place} differs from the source's; ` +
      "nothing of it was changed: find out who wrote it, and remove the one that is wrong by hand",
    "destination",
    true,
  );
}

function incomplete(problems: string[], { copied, present }: CopyOutcome): ReportedError {
  const good = copied.length + present.length;
  return new ReportedError(
    `${counted(problems.length, "backup")} could not be copied (${good} ${good === 1 ? "is" : "are"} there):\n` +
      problems.map((problem) => `  - ${problem}`).join("\n"),
  );
}
