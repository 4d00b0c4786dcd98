import { CHECKLIST_POINTS } from "./checklist";
import { formatDuration } from "./duration";
import type { CheckResult, DrillPredicate } from "./evidence";
import { FACT_SECTIONS, type FactSection } from "./facts";
import { oneLine } from "./text";
import { verdictOnBackup } from "./verdict-on-backup";

/**
 * What evidence says of itself in two places must agree. No agent of ours signs a record that does not, and no drill that
 * took place leaves one: whoever signed it wrote it down without having looked.
 */

/** Times of one pod have one clock; what is measured in it may be rounded, or stand still while a clock is set. */
const SLACK_SECONDS = 60;

/** How far clocks may be apart before evidence counts as coming from the future. */
export const CLOCK_SKEW_SECONDS = 300;

/** Gives why a record contradicts itself, in words that follow on "the record: ". */
type Question = (predicate: DrillPredicate) => string | undefined;

/** Each question by its own: most records that contradict themselves do it in one place. */
const QUESTIONS: Question[] = [
  passedWithFailures,
  wrongVerdict,
  ({ passed, backup }) => (passed && !backup ? 'it says "passed" and names no backup' : undefined),
  ({ drill }) => (seconds(drill.startedAt, drill.finishedAt) < 0 ? "the drill ended before it began" : undefined),
  completeBeforeItsSnapshot,
  drilledBeforeItWasThere,
  longerThanTheDrill,
  recoveredAfterTheDrill,
  lostLessThanItCan,
  passedWithoutLooking,
  passedThoughUnlike,
  ({ checks }) => {
    const twice = checks.find(({ id }, index) => checks.findIndex((other) => other.id === id) !== index);
    return twice ? `it has two results of the check ${oneLine(twice.id, 100)}` : undefined;
  },
  ({ contents: { tables, rows } }) => (tables === 0 && rows > 0 ? `it counts ${rows} rows in no table` : undefined),
];

/** Everything in `predicate` that contradicts itself, one line each; empty: nothing does. */
export function contradictionsIn(predicate: DrillPredicate): string[] {
  return QUESTIONS.flatMap((question) => question(predicate) ?? []);
}

/** What kept the drill from passing, as far as the record says. */
export function whatFailed({ failures, checks, stages }: DrillPredicate): string[] {
  return [
    ...failures,
    ...checks.filter(({ passed }) => !passed).map(({ id }) => `check ${id}`),
    ...stages.filter(({ passed }) => !passed).map(({ name }) => `stage ${name}`),
  ];
}

export function listed(reasons: string[]): string {
  if (reasons.length === 0) return "it does not say why";
  const shown = reasons.slice(0, 3).map((reason) => oneLine(reason, 200));
  return shown.join("; ") + (reasons.length > 3 ? `; and ${reasons.length - 3} more` : "");
}

/** The points of the checklist of which nothing was checked. */
export function uncheckedPoints({ checks }: Pick<DrillPredicate, "checks">) {
  return CHECKLIST_POINTS.filter((point) => !checks.some((check) => check.point === point));
}

const seconds = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000;
const isExternal = ({ restorePath }: DrillPredicate) => restorePath.kind === "external";

function passedWithFailures(predicate: DrillPredicate): string | undefined {
  const failures = whatFailed(predicate);
  return predicate.passed && failures.length > 0
    ? `it says "passed", and yet these failed: ${listed(failures)}`
    : undefined;
}

/** The verdict follows from the checks: whoever signs another one has not looked at them. */
function wrongVerdict(predicate: DrillPredicate): string | undefined {
  const { passed, verdict, checks, version } = predicate;
  // Said above, of the same checks.
  if (passed && whatFailed(predicate).length > 0) return undefined;
  if (passed && verdict !== "restorable") return `it says "passed", and yet the backup is ${verdict}`;
  // Version 1 has no verdict of its own; what is not checked at all is incomplete.
  if (version === 1 || uncheckedPoints(predicate).length > 0) return undefined;
  const computed = verdictOnBackup(checks);
  // Other tools name their checks as they like: only what their checks contradict is held against them.
  const wrong = isExternal(predicate)
    ? computed === "not restorable" && verdict === "restorable"
    : computed !== verdict;
  return wrong ? `it calls the backup ${verdict}, and by its checks it is ${computed}` : undefined;
}

/** A snapshot of after the drill has ended is a clock's fault, or worse, and is said elsewhere. */
function backupOf({ backup, drill }: DrillPredicate): DrillPredicate["backup"] {
  return backup && seconds(drill.finishedAt, backup.snapshotAt) <= CLOCK_SKEW_SECONDS ? backup : undefined;
}

function completeBeforeItsSnapshot(predicate: DrillPredicate): string | undefined {
  const backup = backupOf(predicate);
  return backup && seconds(backup.snapshotAt, backup.completedAt) < -CLOCK_SKEW_SECONDS
    ? `the backup was complete at ${backup.completedAt}, before its snapshot of ${backup.snapshotAt}`
    : undefined;
}

function drilledBeforeItWasThere(predicate: DrillPredicate): string | undefined {
  const { drill } = predicate;
  const backup = backupOf(predicate);
  if (!backup) return undefined;
  const late = Math.max(seconds(drill.startedAt, backup.snapshotAt), seconds(drill.startedAt, backup.completedAt));
  if (late <= CLOCK_SKEW_SECONDS) return undefined;
  return `the backup was complete at ${backup.completedAt}, ${formatDuration(late)} after the drill that restored it began`;
}

/**
 * Of ours, stages follow one another, but for the temporary server, which starts while the backup is fetched. Other tools
 * may do several things at once: none of them takes longer than all of it.
 */
function longerThanTheDrill(predicate: DrillPredicate): string | undefined {
  const { stages, drill } = predicate;
  const whole = seconds(drill.startedAt, drill.finishedAt);
  if (whole < 0) return undefined;
  const each = stages.find((stage) => stage.seconds > whole + SLACK_SECONDS);
  if (each)
    return `the stage ${oneLine(each.name, 60)} took ${formatDuration(each.seconds)}, and the whole drill ${formatDuration(whole)}`;
  if (isExternal(predicate)) return undefined;
  const sum = stages.filter(({ name }) => name !== "server").reduce((total, stage) => total + stage.seconds, 0);
  return sum > whole + SLACK_SECONDS
    ? `its stages took ${formatDuration(sum)} together, and the whole drill ${formatDuration(whole)}`
    : undefined;
}

/**
 * The recovery time counts until the application could write, which is before the drill's end: from the drill's start, or
 * from the request, for which it had waited.
 */
function recoveredAfterTheDrill({ measured, drill, conditions }: DrillPredicate): string | undefined {
  const whole = seconds(drill.startedAt, drill.finishedAt) + (conditions?.waitedSeconds ?? 0);
  if (whole < 0 || measured.rtoSeconds <= whole + SLACK_SECONDS) return undefined;
  return `it measured a recovery time of ${formatDuration(measured.rtoSeconds)} in a drill of ${formatDuration(whole)}`;
}

/** A disaster just before a dump is complete loses all since its snapshot, at least; and a copy is as old as it is. */
function lostLessThanItCan(predicate: DrillPredicate): string | undefined {
  const { drill, measured, restorePath } = predicate;
  const backup = backupOf(predicate);
  if (!backup || isExternal(predicate)) return undefined;
  const until = restorePath.storage.copy === "off-site" ? drill.startedAt : backup.completedAt;
  const least = seconds(backup.snapshotAt, until);
  if (measured.rpoSeconds >= least - CLOCK_SKEW_SECONDS) return undefined;
  return `it measured a recovery point of ${formatDuration(measured.rpoSeconds)}, and by its own times it is ${formatDuration(least)} at least`;
}

function passedWithoutLooking({ checks, version }: DrillPredicate): string | undefined {
  if (version === 1) return undefined;
  const found = checks.filter(({ passed, ran }) => passed && !ran).map(({ id }) => id);
  return found.length > 0 ? `these checks passed and did not run: ${listed(found)}` : undefined;
}

/** Whether `check` can only pass when it found what it expected. */
type Exact = (check: CheckResult, external: boolean) => boolean;

const EXACT: Exact[] = [
  // What was recorded section by section is the same on the copy or has failed; but for sequences, which may be ahead, and
  // materialized views, which a restore computes anew.
  ({ id, point }, external) => {
    const section = id.slice(point.length + 1).replace(/-\d+$/, "");
    const known = Object.hasOwn(FACT_SECTIONS, section) && FACT_SECTIONS[section as FactSection] === point;
    return (
      !external && known && id.startsWith(`${point}.`) && !["sequenceValues", "materializedViews"].includes(section)
    );
  },
  // A bare count or digest against another one, whatever a tool calls its checks.
  ({ point, expected, actual }) => point !== "sequences" && [expected, actual].every((text) => BARE.test(text.trim())),
];
const BARE = /^(\d{1,18}|(sha256:)?[0-9a-f]{64})$/;

function passedThoughUnlike(predicate: DrillPredicate): string | undefined {
  const external = isExternal(predicate);
  const unlike = predicate.checks.filter(
    (check) =>
      check.passed && check.expected.trim() !== check.actual.trim() && EXACT.some((exact) => exact(check, external)),
  );
  return unlike.length > 0
    ? `these checks passed and found something else than they expected: ${listed(unlike.map(({ id }) => id))}`
    : undefined;
}
