import { formatDuration } from "../model/duration";
import { CLOCK_TOLERANCE_SECONDS } from "../model/retention";
import { ReportedError } from "../runtime/errors";
import type { Store } from "../store/store";

/**
 * Ends what is about to be done when the clock here and that of the storage are too far apart: ids, ages and evidence
 * would be wrong, and backups would go before their time, or never. The first of `stores` that tells its time decides;
 * where none does there is nothing to compare.
 */
export async function requireClock(...stores: Pick<Store, "clockAhead">[]): Promise<void> {
  for (const store of stores) {
    const ahead = await store.clockAhead?.();
    if (ahead !== undefined) return requireSameTime("the storage", ahead);
  }
}

/** The same for anything else with a clock, `whose` in the message. */
export function requireSameTime(whose: string, aheadMs: number): void {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (seconds <= CLOCK_TOLERANCE_SECONDS) return;
  throw new ReportedError(
    `a clock is wrong: here it is ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, which is ` +
      `${formatDuration(seconds)} ${aheadMs > 0 ? "behind" : "ahead of"} the clock of ${whose}. Times decide what ` +
      "is newest and how long it is kept, so nothing was done: set the wrong one of both (NTP), then run it again",
  );
}
