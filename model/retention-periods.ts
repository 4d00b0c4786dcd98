import type { CountRule } from "./retention-policy";
import { type WallClock, wallClock } from "./wall-clock";

/** The hour, day, ISO week, month or year that an instant lies in, by the calendar of a time zone. */
export type PeriodOf = (rule: CountRule, instant: Date) => string;

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Names periods such as `2026-11-20 14:00 +01:00`, `2026-11-20`, `2026-W47`, `2026-11`, `2026`, for instants between
 * `from` and `to`. An hour's name holds the offset from UTC: the hour that autumn repeats is two periods, as two hours
 * passed; the one that spring leaves out is none. Names sort by time. Throws a RangeError when there is no such zone.
 */
export function periodsOf(timeZone: string, from: Date, to: Date): PeriodOf {
  const clock = wallClock(timeZone, from.getTime(), to.getTime());
  return (rule, instant) => NAMES[rule](clock, instant.getTime());
}

const NAMES: Record<CountRule, (clock: WallClock, instant: number) => string> = {
  hourly: (clock, instant) => {
    const wall = clock.read(instant);
    return `${iso(wall).slice(0, 13).replace("T", " ")}:00 ${offsetText(wall - instant)}`;
  },
  daily: (clock, instant) => iso(clock.read(instant)).slice(0, 10),
  weekly: (clock, instant) => isoWeek(clock.read(instant)),
  monthly: (clock, instant) => iso(clock.read(instant)).slice(0, 7),
  yearly: (clock, instant) => iso(clock.read(instant)).slice(0, 4),
};

/** What one period is called in a sentence. */
export const PERIOD_NOUNS: Record<CountRule, string> = {
  hourly: "hour",
  daily: "day",
  weekly: "week",
  monthly: "month",
  yearly: "year",
};

function iso(wall: number): string {
  return new Date(wall).toISOString();
}

/** ISO 8601: a week belongs to the year that its Thursday is in. */
function isoWeek(wall: number): string {
  const midnight = Math.floor(wall / DAY) * DAY;
  const fromMonday = (new Date(midnight).getUTCDay() + 6) % 7;
  const thursday = new Date(midnight + (3 - fromMonday) * DAY);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY)) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

/** `+05:45`; with seconds where a zone once had them. */
function offsetText(milliseconds: number): string {
  const sign = milliseconds < 0 ? "-" : "+";
  const minutes = Math.floor(Math.abs(milliseconds) / MINUTE);
  const seconds = Math.round((Math.abs(milliseconds) % MINUTE) / 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}${seconds === 0 ? "" : `:${two(seconds)}`}`;
}
