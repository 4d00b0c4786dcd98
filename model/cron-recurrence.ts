import type { Recurrence } from "./recurrence";
import { DAY_OF_MONTH, HOUR, MINUTE, MONTH, numbersIn, SECOND, type TimeField, WEEKDAYS } from "./time-fields";

/** How many fields are read: five begin with the minute, six with the second. */
export type CronFields = 5 | 6;

/** Sunday is 0 alone: 7, as cron on Linux has it, is refused by Kubernetes. */
const WEEKDAY: TimeField = { of: "days of the week", min: 0, max: 6, names: WEEKDAYS };

/**
 * When a cron schedule runs, as the operators' own cron reads it: github.com/robfig/cron, version 3 for five fields
 * (Kubernetes, Velero, K8up) and version 1 for six (CloudNativePG). Throws an Error that says what is wrong.
 */
export function cronRecurrence(schedule: string, fields: CronFields): Recurrence {
  const words = schedule.trim().split(/\s+/);
  if (words.length !== fields) throw new Error(`it has ${words.length} fields instead of ${fields}`);
  // `?` is `*` in every field.
  const [second = "", minute = "", hour = "", dayOfMonth = "", month = "", weekday = ""] = [
    ...(fields === 5 ? ["0"] : []),
    ...words,
  ].map((word) => word.replace(/\?/g, "*"));
  const days = numbersIn(dayOfMonth, DAY_OF_MONTH);
  const months = numbersIn(month, MONTH);
  const weekdays = numbersIn(weekday, WEEKDAY);
  // A day must be in both fields if either is free, and in one of them if both are restricted.
  const free = isFree(dayOfMonth, fields) || isFree(weekday, fields);
  return {
    times: timesOf(numbersIn(hour, HOUR), numbersIn(minute, MINUTE), numbersIn(second, SECOND)),
    on: (day) => {
      if (!months.includes(day.getUTCMonth() + 1)) return false;
      const inMonth = days.includes(day.getUTCDate());
      const inWeek = weekdays.includes(day.getUTCDay());
      return free ? inMonth && inWeek : inMonth || inWeek;
    },
  };
}

/** Version 1 takes every `*` for free; to version 3, one with a step is a restriction. */
function isFree(field: string, fields: CronFields): boolean {
  return field
    .split(",")
    .some((part) => part.startsWith("*") && (fields === 6 || Number(part.split("/")[1] ?? 1) === 1));
}

/** Every time of the day, in seconds, that these hours, minutes and seconds make. */
export function timesOf(hours: number[], minutes: number[], seconds: number[]): number[] {
  return hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => h * 3600 + m * 60 + s)));
}
