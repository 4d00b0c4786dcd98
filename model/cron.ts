import { CronExpressionParser } from "cron-parser";

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

/** The longest time in seconds between two runs of `schedule`, over a year from `from`, daylight-saving changes included. */
export function longestGap(schedule: string, timeZone = "UTC", from = new Date()): number {
  const end = from.getTime() + 366 * 86_400_000;
  const runs = CronExpressionParser.parse(schedule, { tz: timeZone, currentDate: from });
  let previous = runs.next().getTime();
  let longest = 0;
  // 20,000 runs see any weekly pattern of every-minute schedules in full; rarer schedules reach the year's end first.
  for (let i = 0; i < 20_000; i++) {
    const next = runs.next().getTime();
    longest = Math.max(longest, next - previous);
    previous = next;
    if (next > end) break;
  }
  return longest / 1000;
}

const EXAMPLE: Record<CronFields, string> = {
  5: '"0 2 * * *" (daily at 02:00)',
  6: '"0 0 2 * * *" (daily at 02:00:00)',
};
