import { differenceHint } from "../../model/difference-hints";
import {
  compareSection,
  describeDifference,
  FACT_SECTIONS,
  type FactSection,
  isSame,
  type SectionDifference,
  summarizeSection,
} from "../../model/facts";
import { formatCount } from "../../runtime/format";
import { NOT_READ } from "../facts/materialized-views";
import { parseSequenceValue } from "../facts/sequences";
import type { Checks } from "./checks";

/** Holds one section of the copy against what the backup recorded: one check each. */
export function checkSection(
  checks: Checks,
  name: FactSection,
  expected: Record<string, string>,
  actual: Record<string, string>,
): void {
  const recomputed = name === "materializedViews" ? recomputedViews(expected, actual) : undefined;
  const difference =
    recomputed?.difference ??
    (name === "sequenceValues" ? sequencesBehind(expected, actual) : compareSection(expected, actual));
  const passed = isSame(difference);
  const hint = passed ? undefined : differenceHint(name, difference);
  const found = [
    summary(actual),
    ...(passed ? [] : [describeDifference(name, difference)]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(recomputed?.notes ?? []),
  ].join("; ");
  checks.add(`${FACT_SECTIONS[name]}.${name}`, FACT_SECTIONS[name], passed, summary(expected), found);
}

function summary(entries: Record<string, string>): string {
  const { count, sha256 } = summarizeSection(entries);
  return `${formatCount(count)} ${count === 1 ? "entry" : "entries"}, sha256 ${sha256.slice(0, 16)}…`;
}

/** How many views a note names. */
const MOST_NAMES = 5;

/**
 * No dump holds the rows of a materialized view: a restore makes them anew, from tables that are compared by themselves. One
 * that is not there is a difference; one with other rows than in the source is not, and is told.
 */
export function recomputedViews(expected: Record<string, string>, actual: Record<string, string>) {
  const { changed, ...difference } = compareSection(expected, actual);
  const wasRead = ({ expected, actual }: { expected: string; actual: string }) =>
    ![expected, actual].some((value) => value.startsWith(NOT_READ));
  const named = (views: typeof changed) => {
    const names = views.slice(0, MOST_NAMES).map(({ identity, expected, actual }) => {
      return `${identity} (was ${expected}, is ${actual})`;
    });
    return names.join(", ") + (views.length > names.length ? ` and ${views.length - names.length} more` : "");
  };
  const [differing, unread] = [changed.filter(wasRead), changed.filter((view) => !wasRead(view))];
  return {
    difference: { ...difference, changed: [] },
    notes: [
      ...(differing.length > 0 ? [`differs: the restore recomputes ${named(differing)}`] : []),
      ...(unread.length > 0 ? [`not compared: ${named(unread)}`] : []),
    ],
  };
}

/**
 * A sequence may be ahead, for pg_dump read it after the facts were recorded, but never behind: it would give numbers
 * out again. One that cycles can be anywhere.
 */
export function sequencesBehind(expected: Record<string, string>, actual: Record<string, string>): SectionDifference {
  const difference: SectionDifference = { missing: [], unexpected: [], changed: [] };
  for (const [identity, recorded] of Object.entries(expected)) {
    const restored = Object.hasOwn(actual, identity) ? actual[identity] : undefined;
    if (restored === undefined) difference.missing.push(identity);
    else if (isBehind(recorded, restored)) difference.changed.push({ identity, expected: recorded, actual: restored });
  }
  for (const identity of Object.keys(actual)) {
    if (!Object.hasOwn(expected, identity)) difference.unexpected.push(identity);
  }
  return difference;
}

function isBehind(recorded: string, restored: string): boolean {
  const before = parseSequenceValue(recorded);
  const after = parseSequenceValue(restored);
  if (before.by !== after.by) return true;
  if (before.cycles) return false;
  const next = (value: typeof before) => (value.called ? value.last + value.by : value.last);
  return before.by > 0n ? next(after) < next(before) : next(after) > next(before);
}
