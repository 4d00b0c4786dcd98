import { z } from "zod";
import { timeZoneField } from "./fields";

/** How many hours, days, weeks, months and years have their newest good backup kept. 0: the rule is off. */
export interface KeepCounts {
  hourly: number;
  daily: number;
  /** ISO weeks: they begin on Monday. */
  weekly: number;
  monthly: number;
  yearly: number;
}

/** Grandfather-father-son by count and by age together: what either keeps stays. */
export interface RetentionPolicy extends KeepCounts {
  /** Everything younger stays, whatever the counts say. */
  keepSeconds: number;
  /** In which the hours, days, weeks, months and years are those of the calendar. */
  timeZone: string;
}

/** Finest first: the order in which reasons are given. */
export const COUNT_RULES = ["hourly", "daily", "weekly", "monthly", "yearly"] as const satisfies (keyof KeepCounts)[];
export type CountRule = (typeof COUNT_RULES)[number];

/** Beyond these a count is a typing error: a year of hours, ten years of days, a hundred years of the others. */
export const MOST_KEPT: KeepCounts = { hourly: 8784, daily: 3660, weekly: 5200, monthly: 1200, yearly: 100 };

const countOf = (rule: CountRule) =>
  z
    .number()
    .refine(Number.isInteger, { error: "must be a whole number; 0 switches the rule off" })
    .min(0, { error: "must not be negative; 0 switches the rule off" })
    .max(MOST_KEPT[rule], {
      error: `must be at most ${MOST_KEPT[rule]}; whoever needs more keeps the coarser periods`,
    });

/** The counts as people declare them: what is left out is 0. */
export const keepCountsFields = {
  hourly: countOf("hourly").default(0),
  daily: countOf("daily").default(0),
  weekly: countOf("weekly").default(0),
  monthly: countOf("monthly").default(0),
  yearly: countOf("yearly").default(0),
} satisfies Record<CountRule, z.ZodType>;

/** Longer is a typing error, too. */
const HUNDRED_YEARS = 100 * 366 * 86_400;

export const retentionPolicySchema = z.strictObject({
  ...keepCountsFields,
  keepSeconds: z
    .number()
    .positive({ error: "must be over 0 seconds" })
    .max(HUNDRED_YEARS, { error: "must be at most 100 years" }),
  timeZone: timeZoneField,
}) satisfies z.ZodType<RetentionPolicy>;

/** `14d at least, 24 hourly, 7 daily`: the policy in a line, for people. */
export function describeCounts(counts: KeepCounts): string {
  const on = COUNT_RULES.filter((rule) => counts[rule] > 0).map((rule) => `${counts[rule]} ${rule}`);
  return on.length === 0 ? "no count rules" : on.join(", ");
}
