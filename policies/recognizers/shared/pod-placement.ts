import { known, map, type Reading, readList, readPartly, readString, UNKNOWN, unknown } from "../../known";
import { some } from "./operator-cluster";

/** Whether Kubernetes must keep a cluster's instances apart, as pods say it: what is only preferred does not count. */

/** Whether the `podAntiAffinity` at `path` has a term that scheduling requires. */
export function requiredAntiAffinity(owner: unknown, ...path: string[]): Reading<boolean> {
  const terms = readPartly(owner, ...path, "requiredDuringSchedulingIgnoredDuringExecution");
  if (terms === UNKNOWN) return unknown(path.join("."));
  return known(Array.isArray(terms) && terms.length > 0);
}

/** Whether one of the topology spread constraints at `path` keeps pods from being scheduled together. */
export function requiredTopologySpread(owner: unknown, ...path: string[]): Reading<boolean> {
  return some(readList(owner, ...path).map((constraint) => forbids(constraint, path)));
}

function forbids(constraint: unknown, path: string[]): Reading<boolean> {
  if (constraint === UNKNOWN) return unknown(path.join("."));
  // Without a selector a constraint counts no pods, and so keeps none apart.
  const selector = readPartly(constraint, "labelSelector");
  if (selector === undefined || selector === null) return known(false);
  return map(readString(constraint, "whenUnsatisfiable"), (value) => value === "DoNotSchedule");
}

/**
 * Patroni's synchronous_mode: `on`, or `quorum` from Patroni 4. With it, and without synchronous_mode_strict, writes go
 * on when every other instance is gone, but none is promoted that lacks an acknowledged commit.
 */
export function patroniSynchronous(mode: Reading): Reading<boolean> {
  return map(mode, (value) => value === true || (typeof value === "string" && /^(on|true|yes|quorum)$/i.test(value)));
}
