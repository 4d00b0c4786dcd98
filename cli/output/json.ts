/**
 * What `--json` prints: one object with `version`, which changes when a field goes away or changes its meaning. Fields
 * may be added. Times are ISO 8601 in UTC, sizes bytes, durations seconds; what is not known is null.
 */
export const JSON_VERSION = 1;

export function json(value: object): string {
  return JSON.stringify({ version: JSON_VERSION, ...value }, null, 2);
}
