import { layout, MANIFEST } from "../model/layout";
import { digestsOf } from "../model/manifest";
import { type Decision, decideRetention, GRACE_SECONDS, type RetainedBackup } from "../model/retention";
import type { RetentionPolicy } from "../model/retention-policy";
import { type Owner, ownersIn } from "../model/storage-identity";
import { type Target, targetId } from "../model/target";
import { messageOf, ReportedError } from "../runtime/errors";
import { counted } from "../runtime/format";
import { MayNotAskError } from "../store/object-lock";
import type { Store } from "../store/store";
import { requireClock } from "./clock";
import { type DrillResult, listDrills, standingOf } from "./drills";
import { eachBackup, type StoredBackup } from "./list";
import { inParallel } from "./parallel";
import { markerOf, otherServer, whyNotOwn } from "./prune-identity";

/** What pruning holds of a backup: some 400 bytes, so that 100,000 of them fit into a small Job. */
export interface PrunedBackup extends RetainedBackup {
  /** Why it is not good. */
  problem?: string;
  newerVersion?: true;
  /** The names of its objects. */
  objects: readonly string[];
  bytes: number;
  /** Of the dump, and of the manifest itself. */
  digests?: { sha256: string; manifest: string };
  /** Of the server that it was taken from. Manifests of the first version do not say it. */
  systemIdentifier?: string;
}

export interface PruneOptions {
  /** Whose backups these are: any other's stay, and while there are some among them, all do. */
  owner: Owner;
  policy: RetentionPolicy;
  /** @default now */
  now?: Date;
  /** How long a backup without a manifest may still be under way. @default a day */
  graceSeconds?: number;
  /** Which copy this storage is: a drill of the other one decides nothing here. @default "primary" */
  copy?: "primary" | "off-site";
  /** Ed25519 public keys, PEM, that sign drill evidence. @default none: a drill's pass can keep a backup, no more */
  trustedKeys?: string[];
  /** Told of evidence that cannot be read, and of locks that cannot be seen. */
  say?: (line: string) => void;
  /** Decides and removes nothing. Then a key that may not see Object Lock can look all the same. @default false */
  dryRun?: boolean;
}

export interface PrunePlan {
  target: Target;
  policy: RetentionPolicy;
  /** For every backup, oldest first. */
  decisions: Decision<PrunedBackup>[];
  /** Why nothing goes although something would: what was found is such that somebody must look first. */
  refused?: string;
}

/** How many objects are asked for their lock at once. */
const AT_ONCE = 16;

/**
 * What would be removed, and why: nothing is touched. Throws a ReportedError when the storage cannot be read, when it is
 * another's, and when a clock is wrong.
 */
export async function planPrune(
  store: Pick<Store, "list" | "readTextIfThere" | "lockedUntil" | "clockAhead" | "place">,
  prefix: string,
  target: Target,
  options: PruneOptions,
): Promise<PrunePlan> {
  await requireClock(store);
  const { policy, owner, now = new Date(), graceSeconds = GRACE_SECONDS } = options;
  const marker = await markerOf({ store, prefix, target, root: "backups" }, owner);
  const owners = marker ? ownersIn(marker) : [owner];
  const backups: PrunedBackup[] = [];
  for await (const backup of eachBackup(store, prefix, target, owners)) backups.push(heldOf(backup));
  await addDrills(store, prefix, target, backups, options);
  const decide = () => decided(target, backups, policy, { now, graceSeconds });
  let decisions = decide();
  if (await addLocks(store, prefix, target, decisions, options)) decisions = decide();
  const refused =
    whyNotOwn(decisions, { target, owner, marker }) ??
    otherServer(decisions, { target, marker }) ??
    refusal(decisions, now, graceSeconds);
  return { target, policy, ...(refused ? { decisions: withheld(decisions), refused } : { decisions }) };
}

function heldOf({ id, state, problem, newerVersion, objects, bytes, modified, manifest }: StoredBackup): PrunedBackup {
  const held = { id, state, problem, newerVersion, objects, bytes, lastModified: modified };
  if (!manifest) return held;
  return {
    ...held,
    snapshotAt: new Date(manifest.snapshot.at),
    completedAt: new Date(manifest.completedAt),
    keepUntil: manifest.keepUntil === undefined ? undefined : new Date(manifest.keepUntil),
    digests: digestsOf(manifest),
    systemIdentifier: manifest.server.systemIdentifier,
  };
}

async function addDrills(
  store: Pick<Store, "list" | "readTextIfThere">,
  prefix: string,
  target: Target,
  backups: PrunedBackup[],
  { copy = "primary", trustedKeys, say = () => undefined }: PruneOptions,
): Promise<void> {
  const byId = new Map<string, DrillResult[]>(backups.map(({ id }) => [id, []]));
  const onUnreadable = (key: string, reason: string) => say(`note: ${key} counts for nothing: ${reason}`);
  const only = (id: string) => byId.has(id);
  for (const drill of await listDrills(store, prefix, target, { trustedKeys, only, onUnreadable }))
    byId.get(drill.backupId)?.push(drill);
  for (const backup of backups) {
    const drills = byId.get(backup.id) ?? [];
    if (drills.length > 0 && backup.digests) Object.assign(backup, standingOf(drills, copy, backup.digests));
  }
}

/** Asks only about what would go: for 100,000 objects it would take minutes. True when something is locked. */
async function addLocks(
  store: Pick<Store, "lockedUntil">,
  prefix: string,
  target: Target,
  decisions: Decision<PrunedBackup>[],
  { dryRun, say = () => undefined }: PruneOptions,
): Promise<boolean> {
  const candidates = decisions.filter(({ keep }) => !keep).map(({ backup }) => backup);
  const locks = await inParallel(candidates, AT_ONCE, async (backup) => {
    const name = backup.objects.includes(MANIFEST) ? MANIFEST : (backup.objects[0] ?? MANIFEST);
    backup.lockedUntil = await store.lockedUntil?.(layout.backup(prefix, target, backup.id) + name);
    return backup.lockedUntil !== undefined;
  }).catch((error: unknown): boolean[] => {
    if (!dryRun || !(error instanceof MayNotAskError)) throw error;
    say("note: this key may not see Object Lock; what it keeps is not known here, and would stay");
    return [];
  });
  return locks.includes(true);
}

function decided(
  target: Target,
  backups: PrunedBackup[],
  policy: RetentionPolicy,
  options: { now: Date; graceSeconds: number },
): Decision<PrunedBackup>[] {
  try {
    return decideRetention(backups, policy, options);
  } catch (error) {
    throw new ReportedError(`cannot decide which backups of ${targetId(target)} go: ${messageOf(error)}`);
  }
}

/**
 * What looks more like a broken storage, or like backups that never end well, than like backups that have become old.
 * Somebody must look at it before anything is removed on its word.
 */
function refusal(decisions: Decision<PrunedBackup>[], now: Date, graceSeconds: number): string | undefined {
  const of = (state: PrunedBackup["state"]) => decisions.filter(({ backup }) => backup.state === state).length;
  const [good, damaged, all] = [of("good"), of("damaged"), counted(decisions.length, "backup")];
  const newer = decisions.find(({ backup }) => backup.newerVersion);
  if (newer) return `${newer.backup.problem}: until then nothing is removed`;
  const stuck = decisions.filter(
    ({ backup }) =>
      backup.state === "unfinished" && now.getTime() - backup.lastModified.getTime() > graceSeconds * 1000,
  );
  if (good === 0 && damaged + stuck.length > 0)
    return (
      `none of ${all} is good (${damaged} damaged, ${of("unfinished")} unfinished): nothing is removed; ` +
      "look at the log of the last backup, at the storage, and take a new backup"
    );
  if (damaged > good && decisions.some(({ keep }) => !keep))
    return (
      `${damaged} of ${all} are damaged, more than are good (${good}): that looks like a storage that lost or ` +
      "misreads objects; nothing is removed: look at the storage, and remove by hand what is really damaged"
    );
  return undefined;
}

function withheld(decisions: Decision<PrunedBackup>[]): Decision<PrunedBackup>[] {
  const reasons = ["would go, but nothing is removed now: see below"];
  return decisions.map((decision) => (decision.keep ? decision : { ...decision, keep: true, reasons }));
}
