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
import { parseSequenceValue } from "../facts/sequences";
import type { Checks } from "./checks";

/** Holds one section of the copy against what the backup recorded: one check each. */
export function checkSection(
  checks: Checks,
  name: FactSection,
  expected: Record<string, string>,
  actual: Record<string, string>,
): void {
  const difference = name === "sequenceValues" ? sequencesBehind(expected, actual) : compareSection(expected, actual);
  const passed = isSame(difference);
  const hint = passed ? undefined : differenceHint(name, difference);
  const told = `${describeDifference(name, difference)}${hint === undefined ? "" : `; hint: ${hint}`}`;
  const found = passed ? summary(actual) : `${summary(actual)}; ${told}`;
  checks.add(`${FACT_SECTIONS[name]}.${name}`, FACT_SECTIONS[name], passed, summary(expected), found);
}

function summary(entries: Record<string, string>): string {
  const { count, sha256 } = summarizeSection(entries);
  return `${formatCount(count)} ${count === 1 ? "entry" : "entries"}, sha256 ${sha256.slice(0, 16)}…`;
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
