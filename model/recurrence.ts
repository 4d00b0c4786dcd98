import { wallClock } from "./wall-clock";

/** Something that happens again and again by the wall clock: on some days, each time at the same times of the day. */
export interface Recurrence {
  /** Whether it happens on this day, given as its midnight, as if the wall clock showed UTC. */
  on(day: Date): boolean;
  /** Seconds since midnight, ascending. */
  times: number[];
}

const DAY = 86_400_000;
/** Two leap days, and every turn of the calendar that comes more often. */
const HORIZON = 9 * 366 * DAY;

/**
 * The longest time in seconds between two runs of `recurrence`, over nine years from `from`. Endless when it stops on
 * the way, or does not happen twice. A run whose time the clock skips in spring does not happen, and one whose time
 * comes twice in autumn happens twice: so does Kubernetes' cron (github.com/robfig/cron, doc.go and spec_test.go).
 */
export function longestGapOf({ on, times }: Recurrence, timeZone = "UTC", from = today()): number {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return Number.POSITIVE_INFINITY;
  const withinDay = times.reduce((longest, time, i) => Math.max(longest, time - (times[i - 1] ?? time)), 0) * 1000;
  const clock = clockOf(timeZone, from.getTime());
  let longest = 0;
  let previous: number | undefined;
  const run = (instant: number) => {
    if (previous !== undefined) longest = Math.max(longest, instant - previous);
    previous = instant;
  };
  const end = from.getTime() + HORIZON;
  for (let day = midnight(clock.read(from.getTime())); day <= end; day += DAY) {
    if (!on(new Date(day))) continue;
    const begins = clock.instantOf(day);
    if (begins !== undefined && clock.instantOf(day + DAY) === begins + DAY) {
      // A day like any other: its first and last run, and what is between them, say all about it.
      run(begins + first * 1000);
      longest = Math.max(longest, withinDay);
      previous = begins + last * 1000;
    } else for (const instant of instantsOf(day, times, clock)) run(instant);
  }
  const stops = previous === undefined || end - previous > longest;
  return stops ? Number.POSITIVE_INFINITY : longest / 1000;
}

export type Clock = ReturnType<typeof wallClock>;

/** Every instant of a day on which the clock changes at which it shows one of `times`. */
export function instantsOf(day: number, times: number[], clock: Clock): number[] {
  const shown = times.flatMap((time) => clock.instantOf(day + time * 1000) ?? []);
  const change = clock.instantOf(day + 2 * DAY);
  const before = clock.instantOf(day - DAY);
  const repeated = change === undefined || before === undefined ? 0 : change - before - 3 * DAY;
  if (repeated <= 0) return shown;
  const again = shown.flatMap((at) => (clock.read(at + repeated) === clock.read(at) ? at + repeated : []));
  return [...shown, ...again].sort((a, b) => a - b);
}

const clocks = new Map<string, Clock>();

function clockOf(timeZone: string, from: number): Clock {
  const key = JSON.stringify([timeZone, from]);
  const clock = clocks.get(key) ?? wallClock(timeZone, from, from + HORIZON + 3 * DAY);
  clocks.set(key, clock);
  return clock;
}

const midnight = (wall: number) => Math.floor(wall / DAY) * DAY;

/** The beginning of the day in UTC. */
export function today(): Date {
  return new Date(midnight(Date.now()));
}
