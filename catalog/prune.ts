import { layout, MANIFEST } from "../model/layout";
import type { Target } from "../model/target";
import { messageOf, ReportedError } from "../runtime/errors";
import { counted, formatBytes } from "../runtime/format";
import type { ListedObject, Store } from "../store/store";
import { objectKeys, readBackup } from "./list";
import { requireOwner } from "./ownership";
import { type PrunedBackup, type PruneOptions, type PrunePlan, planPrune } from "./prune-plan";

export interface PruneRunOptions extends PruneOptions {
  /** Ends the removing between two batches. */
  signal?: AbortSignal;
  /** Told of the plan before anything is removed, so that it is known whatever happens then. */
  onPlan?: (plan: PrunePlan) => void;
}

export interface PruneOutcome extends PrunePlan {
  /** Ids of those that are gone now. None in a dry run. */
  removed: string[];
  /** All their objects together. */
  removedBytes: number;
  /** What changed while the plan was made, and so stays: the next run decides anew. */
  spared: Spared[];
}

export interface Spared {
  id: string;
  reason: string;
}

type PruneStore = Pick<Store, "list" | "readTextIfThere" | "lockedUntil" | "clockAhead" | "remove" | "place">;

/** How many backups are removed with one request, or two: their manifests, then their other objects. */
const BATCH = 100;

/**
 * Removes what no rule keeps of the backups of exactly `target`: see model/retention.ts. Of each backup the manifest
 * goes first: without it, it is no backup any more, and what is left of it after an interruption is removed by the next
 * run. Two runs at once remove the same, and what is gone already is no error.
 *
 * Ends with a ReportedError that says what was done at the first failure of the storage. Credentials that may not delete
 * fail at the first manifests, and nothing is half removed.
 */
export async function prune(
  store: PruneStore,
  prefix: string,
  target: Target,
  options: PruneRunOptions,
): Promise<PruneOutcome> {
  const plan = await planPrune(store, prefix, target, options);
  options.onPlan?.(plan);
  const outcome: PruneOutcome = { ...plan, removed: [], removedBytes: 0, spared: [] };
  // Newest first: what others need goes after them.
  const candidates = plan.decisions.flatMap(({ keep, backup }) => (keep ? [] : [backup])).reverse();
  if (options.dryRun || candidates.length === 0) return outcome;
  try {
    await requireLastGood(store, prefix, plan);
    for (let from = 0; from < candidates.length; from += BATCH) {
      options.signal?.throwIfAborted();
      const batch = candidates.slice(from, from + BATCH);
      await requireOwner({ store, prefix, target, root: "backups" }, options.owner);
      const { gone, spared } = await removeBatch(store, prefix, target, batch);
      outcome.spared.push(...spared);
      outcome.removed.push(...gone.map(({ id }) => id));
      outcome.removedBytes += gone.reduce((sum, { bytes }) => sum + bytes, 0);
    }
  } catch (error) {
    throw new ReportedError(
      `${messageOf(error)}. Removed before that: ${outcome.removed.length} of ${counted(candidates.length, "backup")} ` +
        `(${formatBytes(outcome.removedBytes)}). What lost its manifest is no backup any more; the next run removes the rest of it`,
    );
  }
  return outcome;
}

/** What everything else is removed in trust of must still be there now, whatever the listing said some minutes ago. */
async function requireLastGood(store: PruneStore, prefix: string, { target, decisions }: PrunePlan): Promise<void> {
  const last = decisions.findLast(
    ({ backup }) => backup.state === "good" && backup.drilled !== "not restorable",
  )?.backup;
  const key = last && layout.backup(prefix, target, last.id) + MANIFEST;
  if (key && (await store.readTextIfThere(key)) !== undefined) return;
  throw new ReportedError(
    `the last good backup ${last?.id ?? ""} is not there any more: something else removes backups here, and so nothing is ` +
      "removed; find out what does, then run it again",
  );
}

async function removeBatch(store: PruneStore, prefix: string, target: Target, batch: PrunedBackup[]) {
  const spared: Spared[] = [];
  const gone: PrunedBackup[] = [];
  for (const backup of batch) {
    const reason = backup.state === "good" ? undefined : await changed(store, prefix, target, backup);
    if (reason) spared.push({ id: backup.id, reason });
    else gone.push(backup);
  }
  const keys = gone.flatMap((backup) => objectKeys(prefix, { ...backup, target }));
  const isManifest = (key: string) => key.endsWith(`/${MANIFEST}`);
  const manifests = keys.filter(isManifest);
  if (manifests.length > 0) await store.remove(...manifests);
  const others = keys.filter((key) => !isManifest(key));
  if (others.length > 0) await store.remove(...others);
  return { gone, spared };
}

/**
 * A backup that was not good is looked at once more before it goes: it may have been finished, copied or repaired
 * meanwhile, or a listing may have left something out.
 */
async function changed(
  store: PruneStore,
  prefix: string,
  target: Target,
  { id, state, lastModified }: PrunedBackup,
): Promise<string | undefined> {
  const objects: ListedObject[] = [];
  for await (const page of store.list(layout.backup(prefix, target, id))) objects.push(...page);
  const now = await readBackup(store, prefix, target, id, objects);
  if (now.state !== state && now.state !== "unfinished")
    return `stays: it was ${state} a moment ago, and is ${now.state} now`;
  return now.modified > lastModified ? "stays: something was stored in it a moment ago" : undefined;
}
