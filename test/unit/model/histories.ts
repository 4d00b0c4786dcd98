import fc from "fast-check";
import type { Decision, RetainedBackup } from "../../../model/retention";
import { COUNT_RULES, type KeepCounts, type RetentionPolicy } from "../../../model/retention-policy";

/** Histories of backups, policies and times such as may be met, and some that should not. */
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const ZONES = ["UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"] as const;

/** Where calendars are awkward: changes of clocks in those zones, leap days, ISO weeks that belong to another year. */
const AWKWARD = [
  "2026-03-29T01:00:00Z",
  "2026-10-25T01:00:00Z",
  "2026-03-08T07:00:00Z",
  "2026-11-01T06:00:00Z",
  "2026-04-04T15:00:00Z",
  "2026-10-03T15:30:00Z",
  "2024-02-29T12:00:00Z",
  "2028-02-29T23:30:00Z",
  "2026-12-31T23:59:59Z",
  "2021-01-03T22:00:00Z",
].map((text) => Date.parse(text));

/** Backups lie as close as minutes or as far apart as years. */
const SPANS = [5 * HOUR, 3 * DAY, 40 * DAY, 500 * DAY, 4000 * DAY];

export function idAt(time: number, index: number): string {
  const stamp = new Date(time).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return `${stamp}-${index.toString(16).padStart(4, "0")}`;
}

export function goodAt(time: string | number, changes: Partial<RetainedBackup> = {}, index = 0): RetainedBackup {
  const at = new Date(time).getTime();
  const completedAt = new Date(at + 5 * 60_000);
  return {
    id: idAt(at, index),
    state: "good",
    snapshotAt: new Date(at),
    completedAt,
    lastModified: completedAt,
    ...changes,
  };
}

interface Seed {
  at: number;
  state: RetainedBackup["state"];
  drilled: RetainedBackup["drilled"];
  claimed: boolean;
  keepDays: number;
  lockDays: number;
  needs: number;
}

function built(seeds: Seed[], center: number, span: number): RetainedBackup[] {
  const times = seeds.map(({ at }) => center + Math.round((at - 0.5) * span)).sort((a, b) => a - b);
  return times.map((time, index) => {
    const seed = seeds[index] as Seed;
    const { drilled, claimed, keepDays, lockDays } = seed;
    const whole = goodAt(time, {}, index);
    const { id, lastModified } = whole;
    const common = {
      ...(drilled && seed.state !== "unfinished" ? { drilled } : {}),
      ...(claimed ? { claimed } : {}),
      ...(lockDays > 0 ? { lockedUntil: new Date(time + lockDays * DAY) } : {}),
    };
    if (seed.state === "unfinished") return { id, state: seed.state, lastModified, ...common };
    const keepUntil = keepDays > 0 ? { keepUntil: new Date(time + keepDays * DAY) } : {};
    const from = index - seed.needs;
    const needs = seed.needs > 0 && from >= 0 ? { needs: [idAt(times[from] as number, from)] } : {};
    return { ...whole, state: seed.state, ...common, ...keepUntil, ...needs };
  });
}

const seed: fc.Arbitrary<Seed> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  state: fc.oneof(
    { weight: 8, arbitrary: fc.constant("good" as const) },
    fc.constantFrom("unfinished", "damaged", "foreign"),
  ),
  drilled: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.constantFrom("restorable", "not restorable")),
  claimed: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  keepDays: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 900 })),
  lockDays: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 900 })),
  needs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
});

export const history: fc.Arbitrary<RetainedBackup[]> = fc
  .tuple(fc.array(seed, { maxLength: 50 }), fc.constantFrom(...AWKWARD), fc.constantFrom(...SPANS))
  .map(([seeds, center, span]) => built(seeds, center, span));

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }));

export const policy: fc.Arbitrary<RetentionPolicy> = fc.record({
  keepSeconds: fc.oneof(fc.integer({ min: 1, max: 7200 }), fc.integer({ min: 1, max: 800 * 86_400 })),
  hourly: count,
  daily: count,
  weekly: count,
  monthly: count,
  yearly: count,
  timeZone: fc.constantFrom(...ZONES),
});

/** Backups, a policy, and a time at which nothing is from the future. */
export const situation = fc
  .tuple(history, policy, fc.integer({ min: 0, max: 900 * DAY }))
  .map(([backups, rules, later]) => {
    const newest = Math.max(Date.parse("2020-01-01"), ...backups.map(({ lastModified }) => lastModified.getTime()));
    return { backups, policy: rules, now: new Date(newest + later) };
  });

/** A policy that keeps at least as much as `policy`. */
export const growth = fc.record({
  keepSeconds: fc.integer({ min: 0, max: 100 * 86_400 }),
  counts: fc.tuple(...COUNT_RULES.map(() => fc.integer({ min: 0, max: 5 }))),
});

export function larger(rules: RetentionPolicy, more: { keepSeconds: number; counts: number[] }): RetentionPolicy {
  const counts = Object.fromEntries(COUNT_RULES.map((rule, i) => [rule, rules[rule] + (more.counts[i] ?? 0)]));
  return { ...rules, ...(counts as unknown as KeepCounts), keepSeconds: rules.keepSeconds + more.keepSeconds };
}

export const keptIds = (decisions: Decision[]) => decisions.filter(({ keep }) => keep).map(({ backup }) => backup.id);
export const counted = ({ state, drilled }: RetainedBackup) => state === "good" && drilled !== "not restorable";
