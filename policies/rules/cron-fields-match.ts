import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import type { Schedule } from "../stack/facts";
import { gapOf } from "../stack/schedule";

/**
 * A schedule has the fields that its product reads. CloudNativePG takes six, seconds first, and reads five as something
 * else with no more than a warning: `0 2 * * *` then runs every hour.
 *
 * Severity: high. Page: docs/policies/cron-fields-match.md
 */
export const rule: Rule = {
  name: "cron-fields-match",
  description: "Each schedule of a backup or a restore test has the fields that its product reads.",
  level: "mandatory",
  severity: "high",
  remedy: "Write the schedule in the fields that its product reads: five, or six with seconds first.",
  check: ({ index }) => [
    ...index.backups.flatMap(({ urn, id, schedules }) => misread(urn, id, schedules)),
    ...index.restoreTests.flatMap(({ urn, name, what, schedules }) => misread(urn, `${name} (${what})`, schedules)),
  ],
};

export const cronFieldsMatch = stackPolicy(rule);

function misread(urn: string, id: string, schedules: Schedule[]): Finding[] {
  const found = schedules.flatMap(problemOf);
  if (found.length === 0) return [];
  const remedies = [
    "write the schedule as its product reads it",
    "give it as a plain value, so that it is known at preview",
  ].filter((_, index) => found.some(({ unknown }) => unknown === (index === 1)));
  const reasons = [...new Set(found.map(({ reason }) => reason))];
  return [{ urn, verdict: `${id}: its schedule cannot be relied on.`, reasons, remedies }];
}

function problemOf(schedule: Schedule): { reason: string; unknown: boolean }[] {
  const { expression } = schedule;
  if (expression.state === "unknown")
    return [{ reason: `its schedule is unknown at preview (${expression.path})`, unknown: true }];
  if (expression.state === "absent") return [{ reason: "its schedule is empty", unknown: false }];
  const gap = gapOf(schedule);
  return gap.state === "problem" ? [{ reason: gap.problem, unknown: false }] : [];
}
