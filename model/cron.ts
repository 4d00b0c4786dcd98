import { CronExpressionParser } from "cron-parser";
import { wallClock } from "./wall-clock";

/**
 * Cron schedules. Kubernetes CronJobs (and Crunchy PGO) take five fields; CloudNativePG's ScheduledBackup takes six,
 * seconds first, and reads five as something else without an error: `0 2 * * *` becomes hourly at minute 2.
 */
export type CronFields = 5 | 6;

/** Why `schedule` cannot be used where `fields` fields are read, or undefined when it can. */
export function cronProblem(schedule: string, fields: CronFields, timeZone = "UTC"): string | undefined {
  const count = schedule.trim().split(/\s+/).length;
  if (schedule.trim().startsWith("@"))
    return `"${schedule}" is a macro; write the ${fields} fields out: ${EXAMPLE[fields]}`;
  if (count !== fields) {
    const other =
      fields === 5
        ? "a CronJob takes five fields (minute hour day month weekday)"
        : "CloudNativePG takes six fields, seconds first";
    return `"${schedule}" has ${count} field${count === 1 ? "" : "s"}; ${other}: ${EXAMPLE[fields]}`;
  }
  const zoneProblem = timeZoneProblem(timeZone);
  if (zoneProblem) return undefined; // reported where the time zone is declared
  try {
    CronExpressionParser.parse(schedule, { tz: timeZone }).next();
    return undefined;
  } catch (error) {
    return `"${schedule}" is not a cron schedule (${(error as Error).message}); for example ${EXAMPLE[fields]}`;
  }
}

/** Why `timeZone` is not an IANA time zone, or undefined when it is. */
export function timeZoneProblem(timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return undefined;
  } catch {
    return `"${timeZone}" is not an IANA time zone, such as UTC or Europe/Zurich`;
  }
}

/**
 * The longest time in seconds between two runs of `schedule`, over a year from `from`. A run whose time the clock skips
 * in spring does not happen: Kubernetes' cron (github.com/robfig/cron, doc.go) leaves it out, so that a backup at 02:30
 * has a gap of 47 hours once a year where clocks change at 02:00.
 */
export function longestGap(schedule: string, timeZone = "UTC", from = today()): number {
  // One declaration asks for the same gap many times, and a year of hourly runs takes a tenth of a second.
  const key = JSON.stringify([schedule, timeZone, from.getTime()]);
  const gap = measuredGaps.get(key) ?? measureLongestGap(schedule, timeZone, from);
  measuredGaps.set(key, gap);
  return gap;
}

const measuredGaps = new Map<string, number>();

/** The beginning of the day in UTC. */
function today(): Date {
  return new Date(new Date().setUTCHours(0, 0, 0, 0));
}

function measureLongestGap(schedule: string, timeZone: string, from: Date): number {
  const end = from.getTime() + 366 * 86_400_000;
  const clock = wallClock(timeZone, from.getTime(), end + 2 * 86_400_000);
  // In UTC, cron-parser gives wall-clock times; in a zone it moves skipped ones, or gives up on them.
  const runs = CronExpressionParser.parse(schedule, { tz: "UTC", currentDate: new Date(clock.read(from.getTime())) });
  let previous: number | undefined;
  let longest = 0;
  // 20,000 runs see any weekly pattern of every-minute schedules in full; rarer schedules reach the year's end first.
  for (let i = 0; i < 20_000; i++) {
    const next = clock.instantOf(runs.next().getTime());
    if (next === undefined) continue;
    if (previous !== undefined) longest = Math.max(longest, next - previous);
    previous = next;
    if (next > end) break;
  }
  return longest / 1000;
}

const EXAMPLE: Record<CronFields, string> = {
  5: '"0 2 * * *" (daily at 02:00)',
  6: '"0 0 2 * * *" (daily at 02:00:00)',
};
