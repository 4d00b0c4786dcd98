import { timesOf } from "./cron-recurrence";
import { longestGapOf, type Recurrence, today } from "./recurrence";
import { DAY_OF_MONTH, HOUR, MINUTE, MONTH, numberOf, numbersIn, type TimeField, WEEKDAYS } from "./time-fields";

/**
 * AWS's schedule expressions, as AWS Backup's plans take them: `cron(minute hour day month weekday year)` and
 * `rate(number unit)`. Source: "Using cron and rate expressions" in the Amazon EventBridge User Guide.
 */
type Parsed = { kind: "rate"; seconds: number } | { kind: "cron"; recurrence: Recurrence };

/** Sunday is 1. */
const WEEKDAY: TimeField = { of: "days of the week", min: 1, max: 7, names: WEEKDAYS, wraps: true };
const YEAR: TimeField = { of: "years", min: 1970, max: 2199 };

const EXAMPLE = "cron(0 2 * * ? *) (daily at 02:00)";

/** Why AWS cannot use `expression`, or undefined when it can. */
export function problem(expression: string): string | undefined {
  try {
    parse(expression);
    return undefined;
  } catch (error) {
    return `"${expression}" is not a schedule expression of AWS (${(error as Error).message}); for example ${EXAMPLE}`;
  }
}

/**
 * The longest time in seconds between two runs; endless when the schedule ends in the nine years from `from`. Throws an
 * Error where `problem` finds one.
 */
export function longestGap(expression: string, timeZone = "UTC", from = today()): number {
  const parsed = parse(expression);
  return parsed.kind === "rate" ? parsed.seconds : longestGapOf(parsed.recurrence, timeZone, from);
}

function parse(expression: string): Parsed {
  const [, kind, inside = ""] = /^(cron|rate|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === "cron") return { kind, recurrence: recurrenceOf(inside.trim().split(/\s+/)) };
  if (kind === "rate") return { kind, seconds: rateOf(inside.trim()) };
  throw new Error(kind === "at" ? "at(…) runs once" : "it is neither cron(…) nor rate(…)");
}

const UNITS: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 };

/** AWS takes `1 hour` and `5 hours`, but neither `1 hours` nor `5 hour`. */
function rateOf(text: string): number {
  const [, number = "", unit = "", plural] = /^([1-9]\d*)\s+(minute|hour|day)(s)?$/.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!(seconds > 0)) throw new Error("a rate is a whole number and minutes, hours or days");
  if ((number === "1") === (plural === "s"))
    throw new Error(`write ${number} ${unit}${number === "1" ? "" : "s"}: the unit agrees with the number`);
  return seconds;
}

function recurrenceOf(fields: string[]): Recurrence {
  const [minute = "", hour = "", day = "", month = "", weekday = "", year = ""] = fields;
  if (fields.length !== 6)
    throw new Error(`it has ${fields.length} fields, and AWS takes six: minute hour day month weekday year`);
  if ((day === "?") === (weekday === "?")) throw new Error("one of day and weekday, and only one, must be ?");
  const months = numbersIn(month, MONTH);
  const years = new Set(numbersIn(year, YEAR));
  const isDay = weekday === "?" ? dayOfMonth(day) : dayOfWeek(weekday);
  return {
    times: timesOf(numbersIn(hour, HOUR), numbersIn(minute, MINUTE), [0]),
    on: (date) => years.has(date.getUTCFullYear()) && months.includes(date.getUTCMonth() + 1) && isDay(date),
  };
}

/** Days by number; `L` is the last of the month, `15W` the working day nearest to the 15th within its month. */
function dayOfMonth(text: string): Recurrence["on"] {
  if (text === "L") return (date) => date.getUTCDate() === lengthOfMonth(date);
  const near = /^(\d+)W$/.exec(text)?.[1];
  if (near !== undefined) {
    const day = numberOf(near, DAY_OF_MONTH);
    return (date) => date.getUTCDate() === nearestWorkingDay(date, day);
  }
  const days = numbersIn(text, DAY_OF_MONTH);
  return (date) => days.includes(date.getUTCDate());
}

/** Days by number or name; `L` is Saturday, `6L` the last Friday of the month, `6#2` its second one. */
function dayOfWeek(text: string): Recurrence["on"] {
  const weekday = (date: Date) => date.getUTCDay() + 1;
  if (text === "L") return (date) => weekday(date) === WEEKDAY.max;
  const last = /^(\w+)L$/.exec(text)?.[1];
  if (last !== undefined) {
    const day = numberOf(last, WEEKDAY);
    return (date) => weekday(date) === day && date.getUTCDate() > lengthOfMonth(date) - 7;
  }
  const [, named, nth] = /^(\w+)#([1-5])$/.exec(text) ?? [];
  if (named !== undefined) {
    const day = numberOf(named, WEEKDAY);
    return (date) => weekday(date) === day && Math.ceil(date.getUTCDate() / 7) === Number(nth);
  }
  const days = numbersIn(text, WEEKDAY);
  return (date) => days.includes(weekday(date));
}

function lengthOfMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function nearestWorkingDay(date: Date, day: number): number | undefined {
  const length = lengthOfMonth(date);
  if (day > length) return undefined;
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
  if (weekday === 6) return day === 1 ? day + 2 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}
