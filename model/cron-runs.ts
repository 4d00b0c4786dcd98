import { cronRecurrence } from "./cron-recurrence";
import { instantsOf } from "./recurrence";
import { wallClock } from "./wall-clock";

const DAY = 86_400_000;

/**
 * When `schedule` (five fields) runs after `after` and until `until`, as Kubernetes reads it: a run whose time the clock
 * skips does not happen. Throws an Error when `schedule` is no schedule.
 */
export function runsBetween(schedule: string, timeZone: string, after: Date, until: Date): Date[] {
  const { on, times } = cronRecurrence(schedule, 5);
  const from = after.getTime();
  const to = until.getTime();
  // Days are looked at whole, with the two around them, in which the clock may change.
  const clock = wallClock(timeZone, from - 4 * DAY, to + 4 * DAY);
  const runs: Date[] = [];
  const first = Math.floor(clock.read(from) / DAY) * DAY;
  for (let day = first; day <= clock.read(to); day += DAY) {
    if (!on(new Date(day))) continue;
    for (const run of instantsOf(day, times, clock)) if (run > from && run <= to) runs.push(new Date(run));
  }
  return runs;
}

/** Days to look ahead: most schedules come within two, the rarest (29 February) within nine years. */
const HORIZONS = [2, 35, 400, 9 * 366];

/** The first run after `after`, or undefined when it never comes. */
export function nextRun(schedule: string, timeZone: string, after: Date): Date | undefined {
  for (const days of HORIZONS) {
    const [run] = runsBetween(schedule, timeZone, after, new Date(after.getTime() + days * DAY));
    if (run) return run;
  }
  return undefined;
}
