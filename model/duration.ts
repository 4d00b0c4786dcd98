/** Durations as people write them in settings: `90s`, `15m`, `26h`, `7d`, `4w`. Held as whole seconds everywhere else. */

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

export const DURATION_PATTERN = /^([1-9]\d*)(s|m|h|d|w)$/;

/** Seconds in `text`. Throws an Error that names the allowed forms when `text` is not a duration. */
export function parseDuration(text: string): number {
  const match = DURATION_PATTERN.exec(text);
  if (!match)
    throw new Error(`"${text}" is not a duration: write a whole number and a unit, such as 90s, 15m, 26h, 7d, 4w`);
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

/** The two largest units of `seconds`, for people: `1d 2h`, `12m 5s`, `0.8s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10}s`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = Math.floor(rest / SECONDS[unit]);
    rest -= count * SECONDS[unit];
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}
