import { type CronFields, cronRecurrence } from "./cron-recurrence";
import { longestGapOf, today } from "./recurrence";

/**
 * Cron schedules. Kubernetes CronJobs (and Crunchy PGO) take five fields; CloudNativePG's ScheduledBackup takes six,
 * seconds first, and reads five as something else without an error: `0 2 * * *` becomes hourly at minute 2.
 */

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
    const endless = longestGapOf(cronRecurrence(schedule, fields)) === Number.POSITIVE_INFINITY;
    return endless ? `"${schedule}" never comes: no year has such a day; for example ${EXAMPLE[fields]}` : undefined;
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
 * The longest time in seconds between two runs of `schedule` (five fields). A run whose time the clock skips in spring
 * does not happen: Kubernetes' cron (github.com/robfig/cron, doc.go) leaves it out, so that a backup at 02:30 has a gap
 * of 47 hours once a year where clocks change at 02:00. Endless when it never runs twice.
 */
export function longestGap(schedule: string, timeZone = "UTC", from = today()): number {
  return longestGapOf(cronRecurrence(schedule, 5), timeZone, from);
}

const EXAMPLE: Record<CronFields, string> = {
  5: '"0 2 * * *" (daily at 02:00)',
  6: '"0 0 2 * * *" (daily at 02:00:00)',
};
