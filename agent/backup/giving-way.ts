import { setTimeout as sleep } from "node:timers/promises";
import { ReportedError } from "../../runtime/errors";
import { counted, formatSeconds } from "../../runtime/format";
import type { Run } from "../../runtime/run";
import type { LockParty } from "../postgres/lock-waits";

/** Somebody else's lock was in the way, and everything that the backup held was given back: it can be tried anew. */
export class GaveWayError extends Error {}

/** How long a session of a backup waits for a lock on a table while others may wait for its own. */
export const MOMENT_MS = 2000;

export interface Patience {
  firstPauseMs: number;
  longestPauseMs: number;
  /** Counted from the first attempt's begin. */
  giveUpAfterMs: number;
}

const PATIENCE: Patience = { firstPauseMs: 500, longestPauseMs: 30_000, giveUpAfterMs: 600_000 };

/**
 * Runs `attempt` again, after pauses that grow, for as long as it gives way to others' locks. A backup that waits for a
 * lock while it holds others makes the application wait: an ALTER TABLE waits for the backup, and all that read the table
 * wait for the ALTER. So it never waits for long: it gives back what it has, and tries later, in a new snapshot.
 */
export async function givingWay<T>(
  { stages, say, signal }: Pick<Run, "stages" | "say" | "signal">,
  attempt: () => Promise<T>,
  patience: Patience = PATIENCE,
): Promise<T> {
  const began = Date.now();
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof GaveWayError)) throw error;
      const passed = Date.now() - began;
      const pause = pauseBefore(count, patience);
      if (passed + pause > patience.giveUpAfterMs) {
        stages.failed ??= "snapshot";
        throw new ReportedError(
          `nothing was stored as a backup: it gave way to other sessions' locks ${counted(count, "time")} in ` +
            `${formatSeconds(passed / 1000)}, so that the application need not wait for it, and at last because ${error.message}; ` +
            "run it when nobody holds such locks for long: look for transactions that stay open after ALTER TABLE, TRUNCATE " +
            "or LOCK TABLE, and for REINDEX, CLUSTER and VACUUM FULL (pg_locks, mode AccessExclusiveLock)",
        );
      }
      say(`note: gave all locks back, because ${error.message}; trying again in ${formatSeconds(pause / 1000)}`);
      await sleep(pause, undefined, { signal });
    }
  }
}

/** Doubled each time, and never quite the same: two that are in each other's way must not meet again and again. */
export function pauseBefore(count: number, { firstPauseMs, longestPauseMs }: Patience): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1)) * (0.5 + Math.random());
}

/** `public.orders is locked by "migrate" of the role app`, of the first of them. */
export function lockedBy(parties: LockParty[]): string {
  const [first] = parties;
  if (first === undefined) return "a table was locked, by a session that has ended since";
  const others = parties.length > 1 ? ` (and ${counted(parties.length - 1, "other lock")} like it)` : "";
  return `${first.relation} is locked, or about to be, by ${first.who}${others}`;
}
