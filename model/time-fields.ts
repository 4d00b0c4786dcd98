/** One field of a cron expression: what it counts, from where to where, and the names that stand for its numbers. */
export interface TimeField {
  /** In the plural: `minutes`. */
  of: string;
  min: number;
  max: number;
  /** In order, the first for `min`. */
  names?: string[];
  /** A range may go over the end: `SAT-SUN`. */
  wraps?: boolean;
}

export const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
export const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

export const SECOND: TimeField = { of: "seconds", min: 0, max: 59 };
export const MINUTE: TimeField = { of: "minutes", min: 0, max: 59 };
export const HOUR: TimeField = { of: "hours", min: 0, max: 23 };
export const DAY_OF_MONTH: TimeField = { of: "days of a month", min: 1, max: 31 };
export const MONTH: TimeField = { of: "months", min: 1, max: 12, names: MONTHS };

/**
 * The numbers that `text` stands for, ascending: lists of numbers, ranges and `*`, each perhaps with a step; `5/10` is
 * every tenth from 5. Throws an Error that says what is wrong.
 */
export function numbersIn(text: string, field: TimeField): number[] {
  const numbers = new Set(text.split(",").flatMap((part) => numbersInPart(part, field)));
  return [...numbers].sort((a, b) => a - b);
}

function numbersInPart(part: string, field: TimeField): number[] {
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0) throw new Error(`"${part}" has more than one step`);
  const by = step === undefined ? 1 : Number(/^\d+$/.test(step) ? step : Number.NaN);
  if (!(by > 0)) throw new Error(`"${part}" has a step that is not a positive number`);
  const [low, high] = bounds(range, step !== undefined, field);
  const size = field.max - field.min + 1;
  const count = high - low + (high < low ? size : 0);
  const found: number[] = [];
  for (let i = 0; i <= count; i += by) found.push(field.min + ((low + i - field.min) % size));
  return found;
}

function bounds(range: string, stepped: boolean, field: TimeField): [low: number, high: number] {
  if (range === "*") return [field.min, field.max];
  const [from = "", to, ...more] = range.split("-");
  if (more.length > 0) throw new Error(`"${range}" is not a range`);
  const low = numberOf(from, field);
  if (to === undefined) return [low, stepped ? field.max : low];
  const high = numberOf(to, field);
  if (high < low && !field.wraps) throw new Error(`"${range}" is a range that ends before it begins`);
  return [low, high];
}

/** The number that `text` is, or is the name of. */
export function numberOf(text: string, { of, min, max, names = [] }: TimeField): number {
  const named = names.indexOf(text.toUpperCase());
  const number = named >= 0 ? min + named : Number(/^\d+$/.test(text) ? text : Number.NaN);
  if (number >= min && number <= max) return number;
  throw new Error(`"${text}" is none of the ${of} (${min} to ${max})`);
}
