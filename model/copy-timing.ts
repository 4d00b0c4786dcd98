import { cronProblem, longestGap, timeZoneProblem } from "./cron";
import { DURATION_PATTERN, formatDuration, parseDuration } from "./duration";
import type { Problem } from "./problems";
import { worstCaseRpo } from "./rpo";

/** When something runs that takes backups or copies them, and how long it may take. */
interface Runs {
  /** Five cron fields. */
  schedule: string;
  timeZone: string;
  deadline: string;
}

export interface CopyTiming extends Runs {
  backup: Runs;
  /** Of the copy. */
  rpo: string;
}

/** The worst case of a backup or of a copying alone, in seconds: the longest gap between runs and the longest run. */
export function worstCaseOf({ schedule, timeZone, deadline }: Runs): number {
  return worstCaseRpo(schedule, timeZone, parseDuration(deadline));
}

/**
 * The worst case of a copy, in seconds: what a run copies may be as old as the backup's own worst case, and it is the
 * newest copy until the next run has ended.
 */
export function worstCaseOfCopy(timing: CopyTiming): number {
  return worstCaseOf(timing.backup) + worstCaseOf(timing);
}

/** Problems of a copy's times; paths are relative to its declaration. */
export function copyTimingProblems(timing: CopyTiming): Problem[] {
  const { backup } = timing;
  const problems: Problem[] = [];
  for (const [path, runs] of [
    ["schedule", timing],
    ["backup.schedule", backup],
  ] as const) {
    const message = cronProblem(runs.schedule, 5, runs.timeZone);
    if (message) problems.push({ path, message });
  }
  const malformed =
    [timing, backup].some(({ timeZone }) => timeZoneProblem(timeZone) !== undefined) ||
    ![timing.deadline, backup.deadline, timing.rpo].every((text) => DURATION_PATTERN.test(text));
  if (problems.length > 0 || malformed) return problems;
  const worst = worstCaseOfCopy(timing);
  if (worst <= parseDuration(timing.rpo)) return [];
  const gap = formatDuration(longestGap(timing.schedule, timing.timeZone));
  return [
    {
      path: "rpo",
      message:
        `"${timing.rpo}" cannot be met by the copy: what is copied may be ${formatDuration(worstCaseOf(backup))} old, up to ${gap} pass ` +
        `between runs of "${timing.schedule}" and a run may take ${timing.deadline}, ${formatDuration(worst)} in all; ` +
        "back up and copy more often, shorten the deadlines, or raise the objective",
    },
  ];
}
