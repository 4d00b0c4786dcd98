import type { RestoreTest } from "./facts";
import { durationText, gapOf, scheduleText } from "./schedule";

/**
 * `test`, held to run again and again: as evidence grows old, so does a restore of which nobody sees more than that it is
 * scheduled. One that follows each backup has no schedule of its own.
 */
export function heldToInterval(test: RestoreTest, seconds: number): RestoreTest {
  if (test.doesNotCount !== undefined || test.schedules.length === 0) return test;
  const reasons = test.schedules.map((schedule) => tooRare(schedule, seconds));
  const [doesNotCount] = reasons;
  return reasons.includes(undefined) || doesNotCount === undefined ? test : { ...test, doesNotCount };
}

function tooRare(schedule: RestoreTest["schedules"][number], seconds: number): string | undefined {
  const gap = gapOf(schedule);
  if (gap.state === "unknown") return "when it runs is unknown at preview";
  if (gap.state === "absent") return "it never runs: it has no schedule";
  if (gap.state === "problem") return `it never runs: ${gap.problem}`;
  const text = scheduleText(schedule);
  if (gap.value === Number.POSITIVE_INFINITY) return `${text} comes to an end, has not begun, or never runs twice`;
  if (gap.value <= seconds) return undefined;
  return `up to ${durationText(gap.value)} pass between runs of ${text}, and a restore counts for ${durationText(seconds)}`;
}
