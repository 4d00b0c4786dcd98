import { formatDuration } from "./duration";
import { timeOfId } from "./layout";
import { PERIOD_NOUNS, periodsOf } from "./retention-periods";
import { COUNT_RULES, type RetentionPolicy } from "./retention-policy";

/**
 * Which of one database's backups stay, and why: grandfather-father-son by count and by age together. Pure: the same
 * backups, policy and time give the same answer, in whatever order the backups are given.
 */
export interface RetainedBackup {
  id: string;
  /** As the storage shows it: whether the manifest is there, and every object that it names. `foreign`: another's. */
  state: "good" | "unfinished" | "damaged" | "foreign";
  /** When its data was true. Of good backups; of damaged ones as far as the manifest could be read. */
  snapshotAt?: Date;
  /** When its manifest was written. */
  completedAt?: Date;
  /** Its manifest's word: nothing may delete it before. */
  keepUntil?: Date;
  /** Until when the storage refuses to delete it (Object Lock). NO_END: a legal hold. */
  lockedUntil?: Date;
  /** What drills found out about it, and nothing of how they went: `not restorable` only when two of them say so. */
  drilled?: "restorable" | "not restorable";
  /** Weaker evidence says that a drill restored it. That can keep it, and make nothing else go. */
  claimed?: boolean;
  /** When the newest of its objects was stored. */
  lastModified: Date;
  /** Ids of backups without which it cannot be restored, such as the one that an incremental backup begins from. */
  needs?: readonly string[];
}

export interface Decision<B extends RetainedBackup = RetainedBackup> {
  backup: B;
  keep: boolean;
  /** All of them, in words for people: why it stays, or why it goes. */
  reasons: string[];
}

export interface DecisionOptions {
  now: Date;
  /** How long a backup without a manifest may still be under way. @default a day */
  graceSeconds?: number;
}

/** The last instant that there is: what is locked until then is locked until somebody lifts it. */
export const NO_END = new Date(8.64e15);

/** How far clocks may be apart. */
export const CLOCK_TOLERANCE_SECONDS = 15 * 60;
export const GRACE_SECONDS = 86_400;

/**
 * What happens to each backup, oldest first. Never gone: the last good backup; the last one that a drill restored; what
 * its manifest or Object Lock keeps; what a kept backup needs; what is foreign. Backups that are damaged or unfinished, or
 * that two drills found not restorable, stand for no period: they never take a good one's place. Without any good backup
 * nothing goes.
 *
 * Throws an Error that says what to do when a clock is wrong: ages mean nothing then.
 */
export function decideRetention<B extends RetainedBackup>(
  backups: readonly B[],
  policy: RetentionPolicy,
  { now, graceSeconds = GRACE_SECONDS }: DecisionOptions,
): Decision<B>[] {
  const problem = clockProblem(backups, now);
  if (problem) throw new Error(problem);
  const sorted = backups.map((backup) => ({ backup, time: timeOf(backup) })).sort(oldestFirst);
  const good = sorted.map(({ backup }) => backup).filter(counts);
  const decisions = new Map(sorted.map(({ backup }) => [backup.id, { backup, keep: false, reasons: [] as string[] }]));
  const keep = (backup: B | undefined, reason: string) => {
    const decision = backup && decisions.get(backup.id);
    if (!decision) return;
    decision.keep = true;
    decision.reasons.push(reason);
  };

  for (const { backup } of sorted) for (const reason of ownReasons(backup, policy, now)) keep(backup, reason);
  keepCounted(good, policy, keep);
  // Counted once more among themselves: a backup that no drill has restored, whoever stored it, takes no place of theirs.
  const restored = good.filter(({ drilled }) => drilled === "restorable");
  keepCounted(restored, policy, (backup, reason) => {
    if (!decisions.get(backup.id)?.keep) keep(backup, `${reason}, of those that a drill restored`);
  });
  const newest = good.at(-1);
  keep(newest, "the last good backup");
  keep(
    good.findLast(({ drilled }) => drilled === "restorable"),
    "the last one that a drill restored",
  );
  // One that is not restorable is looked for by itself: it must not take the place of one that may be.
  const bad = sorted.map(({ backup }) => backup).filter((b) => b.state === "good" && b.drilled === "not restorable");
  for (const some of [good, bad])
    keep(
      some.findLast(({ claimed }) => claimed),
      "the last one that a drill restored, by evidence that is not verified, of another copy, or of the dump alone",
    );
  for (const { backup } of sorted)
    for (const reason of waiting(backup, newest, now, graceSeconds)) keep(backup, reason);
  keepNeeded(decisions, keep);
  for (const decision of decisions.values()) if (!decision.keep) decision.reasons.push(whyItGoes(decision.backup));
  return [...decisions.values()];
}

/** Only these stand for a period or are the last of something. */
function counts(backup: RetainedBackup): boolean {
  return backup.state === "good" && backup.drilled !== "not restorable" && backup.snapshotAt !== undefined;
}

/** The time of its data; without a manifest, when it began. */
function timeOf(backup: RetainedBackup): number {
  return (backup.snapshotAt ?? timeOfId(backup.id)).getTime();
}

function oldestFirst(a: { time: number; backup: RetainedBackup }, b: { time: number; backup: RetainedBackup }) {
  return a.time - b.time || (a.backup.id < b.backup.id ? -1 : 1);
}

/** Why a backup stays whatever others there are. */
function ownReasons(backup: RetainedBackup, policy: RetentionPolicy, now: Date): string[] {
  const reasons: string[] = [];
  const { completedAt = backup.lastModified, keepUntil, lockedUntil } = backup;
  if (backup.state === "foreign") reasons.push("it belongs to another stack or environment");
  if (backup.state !== "unfinished" && now.getTime() - completedAt.getTime() < policy.keepSeconds * 1000)
    reasons.push(`younger than ${formatDuration(policy.keepSeconds)}`);
  if (keepUntil && keepUntil > now) reasons.push(`kept until ${minute(keepUntil)} by its manifest`);
  if (lockedUntil && lockedUntil > now)
    reasons.push(lockedUntil >= NO_END ? "under a legal hold" : `under Object Lock until ${minute(lockedUntil)}`);
  return reasons;
}

/** The newest of `good` in each of the last periods that have one. */
function keepCounted<B extends RetainedBackup>(
  good: readonly B[],
  policy: RetentionPolicy,
  keep: (backup: B, reason: string) => void,
): void {
  const [first, last] = [good[0]?.snapshotAt, good.at(-1)?.snapshotAt];
  if (!first || !last) return;
  const periodOf = periodsOf(policy.timeZone, first, last);
  for (const rule of COUNT_RULES) {
    let found = 0;
    let period: string | undefined;
    for (let index = good.length - 1; index >= 0 && found < policy[rule]; index--) {
      const backup = good[index] as B;
      const own = periodOf(rule, backup.snapshotAt as Date);
      if (own === period) continue;
      period = own;
      found++;
      keep(backup, `last of the ${PERIOD_NOUNS[rule]} ${period} (${rule} ${found} of ${policy[rule]})`);
    }
  }
}

/** Why a backup that is no use may not go yet. */
function waiting(
  backup: RetainedBackup,
  newest: RetainedBackup | undefined,
  now: Date,
  graceSeconds: number,
): string[] {
  if (!newest) return ["there is no good backup: nothing goes"];
  if (counts(backup)) return [];
  const reasons: string[] = [];
  const began = timeOfId(backup.id);
  if (began >= timeOfId(newest.id)) reasons.push("no newer backup is good");
  const touched = Math.max(began.getTime(), backup.lastModified.getTime());
  if (backup.state === "unfinished" && now.getTime() - touched < graceSeconds * 1000)
    reasons.push(`unfinished for less than ${formatDuration(graceSeconds)}: it may be under way`);
  return reasons;
}

/** What kept backups need stays, and what that needs, and so on. */
function keepNeeded<B extends RetainedBackup>(
  decisions: Map<string, Decision<B>>,
  keep: (backup: B | undefined, reason: string) => void,
): void {
  const kept = [...decisions.values()].filter((decision) => decision.keep).map(({ backup }) => backup);
  for (let backup = kept.pop(); backup; backup = kept.pop()) {
    for (const id of backup.needs ?? []) {
      const needed = decisions.get(id);
      if (needed && !needed.keep) kept.push(needed.backup);
      keep(needed?.backup, `${backup.id} needs it`);
    }
  }
}

function whyItGoes(backup: RetainedBackup): string {
  if (backup.state === "unfinished") return "goes: unfinished, and a newer backup is good";
  if (backup.state === "damaged") return "goes: damaged, and a newer backup is good";
  if (backup.drilled === "not restorable")
    return "goes: two drills found that it cannot be restored, and a newer backup is good";
  return "goes: covered by no rule";
}

/** Why nothing can be decided at `now`, or undefined. */
export function clockProblem(backups: readonly RetainedBackup[], now: Date): string | undefined {
  const latest = now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000;
  for (const backup of backups) {
    if (backup.state !== "good") continue;
    const times = [backup.snapshotAt, backup.completedAt, backup.lastModified].map((time) => time?.getTime() ?? 0);
    const newest = Math.max(...times);
    if (newest <= latest) continue;
    return (
      `the backup ${backup.id} is from the future: it says ${minute(new Date(newest))}, and here it is ${minute(now)}; ` +
      "one of the clocks is wrong, and ages mean nothing: nothing is removed. Set the clock of this node or, if it is " +
      "the backup's time that is wrong, set the clock of the node that took it and remove that backup by hand"
    );
  }
  return undefined;
}

/** `2026-11-28 02:05 UTC` */
function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
