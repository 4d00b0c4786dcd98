import { ID_PATTERN } from "./layout";
import { oneLine } from "./text";

/**
 * How a backup asks for its drill: it writes its id into one key of one ConfigMap in the drills' namespace, which is all
 * that its service account may do there. RestoreDrill's starter reads it, and starts the drill from its own template.
 */

/** The ConfigMap with which the drills of RestoreDrill `drill` are asked for. */
export function requestsConfigMap(drill: string): string {
  return `${drill}-requests`;
}

/** What runs the starter, and who it is. */
export function starterName(drill: string): string {
  return `${drill}-starter`;
}

/** The ConfigMap's one key: the id of the backup that was stored last. */
export const REQUESTED = "requested";

export type DrillRequest = { id: string } | { refused: string };

/**
 * What the ConfigMap's data ask for; undefined: nothing. They come from another namespace, so they are an id or they are
 * refused, and what is refused comes back in a form that a log can hold.
 */
export function requestIn(data: unknown): DrillRequest | undefined {
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, REQUESTED)) return undefined;
  const value = (data as Record<string, unknown>)[REQUESTED];
  if (typeof value === "string" && ID_PATTERN.test(value)) return { id: value };
  return { refused: oneLine(JSON.stringify(value) ?? typeof value, SHOWN) };
}

/** How many characters of a refused request are shown: an id has 21. */
const SHOWN = 60;
