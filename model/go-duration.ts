/** Lengths of time as Kubernetes' tools write them, in seconds; undefined when the text is none. */

const GO_UNITS: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Go's time.Duration, such as `720h0m0s`: it has no unit above the hour. */
export function goSeconds(text: string): number | undefined {
  return sum(text, /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/y, GO_UNITS);
}

const DAY = 86_400;
/** Months and years at their shortest, so that nothing seems to be kept longer than it is. */
const PERIOD_UNITS: Record<string, number> = { y: 365 * DAY, mo: 28 * DAY, w: 7 * DAY, d: DAY, h: 3600, m: 60, s: 1 };

/** AppsCode's periods, such as `30d12h` or `6mo`. */
export function periodSeconds(text: string): number | undefined {
  return sum(text, /(\d+)(y|mo|w|d|h|m|s)/y, PERIOD_UNITS);
}

function sum(text: string, part: RegExp, units: Record<string, number>): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "0") return 0;
  let total = 0;
  part.lastIndex = 0;
  while (part.lastIndex < trimmed.length) {
    const match = part.exec(trimmed);
    if (!match) return undefined;
    total += Number(match[1]) * (units[match[2] ?? ""] ?? Number.NaN);
  }
  return trimmed === "" ? undefined : total;
}
