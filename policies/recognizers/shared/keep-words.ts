import { ABSENT, known, type Reading, readNumber } from "../../known";
import type { Backup } from "../../stack/facts";

/** What restic's `forget` keeps, by the names that each operator gives to its windows. */
export interface KeepWords {
  last: string;
  hourly: string;
  daily: string;
  weekly: string;
  monthly: string;
  yearly: string;
}

export const KEEP_WORDS: KeepWords = {
  last: "keepLast",
  hourly: "keepHourly",
  daily: "keepDaily",
  weekly: "keepWeekly",
  monthly: "keepMonthly",
  yearly: "keepYearly",
};

/** `last` counts runs, whenever they were. Months and years at their shortest. */
const WINDOW_SECONDS: Omit<Record<keyof KeepWords, number>, "last"> = {
  hourly: 3600,
  daily: 86_400,
  weekly: 7 * 86_400,
  monthly: 28 * 86_400,
  yearly: 365 * 86_400,
};

/**
 * The retention at `path`. The largest number is the count, not the sum: one snapshot may be the last, the day's and the
 * week's at once, so the largest is all that is sure to be there. The longest window is the time.
 */
export function keptBy(owner: unknown, path: string[], words: KeepWords = KEEP_WORDS): Backup["retention"] {
  const windows = (Object.keys(WINDOW_SECONDS) as (keyof typeof WINDOW_SECONDS)[]).map((window) => ({
    number: readNumber(owner, ...path, words[window]),
    seconds: WINDOW_SECONDS[window],
  }));
  const numbers = [readNumber(owner, ...path, words.last), ...windows.map(({ number }) => number)];
  const times = windows.map(({ number, seconds }) => scaled(number, seconds));
  return { count: largest(numbers), seconds: largest(times), elsewhere: false };
}

/** Kept until somebody deletes it. */
export const FOREVER: Backup["retention"] = {
  count: ABSENT,
  seconds: known(Number.POSITIVE_INFINITY),
  elsewhere: false,
};

/** Kept as something else says that this stack does not declare. */
export const KEPT_ELSEWHERE: Backup["retention"] = { count: ABSENT, seconds: ABSENT, elsewhere: true };

const scaled = (number: Reading<number>, by: number): Reading<number> =>
  number.state === "known" ? known(number.value * by) : number;

/** Zero is the same as nothing: restic ignores it. */
function largest(readings: Reading<number>[]): Reading<number> {
  const unknown = readings.find(({ state }) => state === "unknown");
  if (unknown) return unknown;
  const values = readings.flatMap((reading) => (reading.state === "known" && reading.value > 0 ? reading.value : []));
  return values.length === 0 ? ABSENT : known(Math.max(...values));
}
