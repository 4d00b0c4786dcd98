/**
 * The wall clock of a time zone over a stretch of time: which instant a wall-clock time is, and whether it exists at
 * all. Wall-clock times are held as if they were UTC, in milliseconds.
 */
export interface WallClock {
  read(instant: number): number;
  /** The first instant at which the clock shows `wall`; undefined when it never does, as in a skipped hour of spring. */
  instantOf(wall: number): number | undefined;
}

interface Stretch {
  from: number;
  to: number;
  offset: number;
}

const DAY = 86_400_000;

/** The wall clock of the IANA zone `timeZone` between two instants. Throws a RangeError when there is no such zone. */
export function wallClock(timeZone: string, from: number, to: number): WallClock {
  const stretches = stretchesOf(offsetIn(timeZone), from - DAY, to + DAY);
  return {
    read: (instant) => instant + (stretches.find((s) => instant < s.to) ?? last(stretches)).offset,
    instantOf: (wall) => {
      const shown = stretches.find((s) => wall - s.offset >= s.from && wall - s.offset < s.to);
      return shown && wall - shown.offset;
    },
  };
}

/** The stretches of constant offset, exact between `from` and `to`. No zone changes its offset and back within a day. */
function stretchesOf(offset: (instant: number) => number, from: number, to: number): Stretch[] {
  const stretches: Stretch[] = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, offset: offset(from) }];
  for (let day = from; day < to; day += DAY) {
    const current = last(stretches);
    const next = offset(day + DAY);
    if (next === current.offset) continue;
    // Offsets change at whole seconds. Fractions would leave a middle that is none, and no end.
    let before = Math.floor(day / 1000);
    let after = Math.floor((day + DAY) / 1000);
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (offset(middle * 1000) === current.offset) before = middle;
      else after = middle;
    }
    current.to = after * 1000;
    stretches.push({ from: current.to, to: Number.POSITIVE_INFINITY, offset: next });
  }
  return stretches;
}

function offsetIn(timeZone: string): (instant: number) => number {
  const numeric = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", second: "numeric", ...numeric });
  return (instant) => {
    const whole = Math.floor(instant / 1000) * 1000;
    const parts = Object.fromEntries(format.formatToParts(whole).map((part) => [part.type, Number(part.value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
  };
}

function last(stretches: Stretch[]): Stretch {
  return stretches[stretches.length - 1] as Stretch;
}
