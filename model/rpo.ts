import { longestGap } from "./cron";
import { formatDuration } from "./duration";

/**
 * The worst case of a schedule of logical backups, in seconds: a disaster the moment before a backup ends loses
 * everything since the previous one's snapshot, so the longest gap between two runs plus the time one run may take.
 */
export function worstCaseRpo(schedule: string, timeZone: string, backupDeadlineSeconds: number): number {
  return longestGap(schedule, timeZone) + backupDeadlineSeconds;
}

/** Why `schedule` cannot meet `rpoSeconds`, or undefined when it can. */
export function rpoProblem(
  schedule: string,
  timeZone: string,
  deadlineSeconds: number,
  rpoSeconds: number,
): string | undefined {
  const worst = worstCaseRpo(schedule, timeZone, deadlineSeconds);
  if (worst <= rpoSeconds) return undefined;
  return (
    `the schedule "${schedule}" cannot meet a recovery point objective of ${formatDuration(rpoSeconds)}: ` +
    `up to ${formatDuration(longestGap(schedule, timeZone))} pass between runs and a run may take ${formatDuration(deadlineSeconds)}, ` +
    `${formatDuration(worst)} in all; run it more often, shorten the deadline, or raise the objective`
  );
}
