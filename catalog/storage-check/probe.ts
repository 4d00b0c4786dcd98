import type { Site } from "./site";

/** What was found when a promise was tried. */
export interface Finding {
  /** `unknown`: it could not be tried, which of a required promise counts as not kept. */
  kept: boolean | "unknown";
  found: string;
  /** What to do when it is not kept. */
  remedy?: string;
}

/** Tries one promise. What it throws was not foreseen: then the promise is unknown. */
export type Probe = (site: Site) => Promise<Finding>;

export const kept = (found: string): Finding => ({ kept: true, found });
export const broken = (found: string, remedy: string): Finding => ({ kept: false, found, remedy });
export const unknown = (found: string, remedy?: string): Finding => ({
  kept: "unknown",
  found,
  ...(remedy === undefined ? {} : { remedy }),
});
