import { formatDuration } from "./duration";
import type { RetentionPolicy } from "./retention-policy";

/**
 * A bucket's lifecycle rules, made from the retention that the agent follows. They are a backstop: which backup goes is
 * decided by `prune`, which knows good from damaged and never takes the last one. A rule by age knows neither: on the
 * day that backups stop, it begins to count down to an empty bucket. So by default no current object expires, only
 * what `prune` has removed already (noncurrent versions, where the bucket has versions) and uploads that were cut off.
 *
 * Limits: "Lifecycle: Transitioning objects", "Transition" and "LifecycleExpiration" in the Amazon S3 documentation.
 */
export interface LifecyclePolicy {
  /** Days until database dumps move to Standard-IA: 30 at least. Absent: they do not. */
  infrequentAccessAfterDays?: number;
  /**
   * Days until database dumps move to Glacier Instant Retrieval, from which a restore or a drill reads at once; from the
   * other Glacier classes it would first wait for hours. 30 days after Standard-IA at least. Absent: they do not.
   */
  glacierAfterDays?: number;
  /** Days until backups are removed, the last good one included, when nothing newer comes. Absent, and best: never. */
  expireAfterDays?: number;
  /** Days for which a version that was removed or overwritten can still be got back. */
  noncurrentDays: number;
  /** Days until the parts of an upload that never ended are removed. */
  abortMultipartDays: number;
}

/** One rule, for one part of the bucket. */
export interface LifecycleRule {
  id: string;
  prefix: string;
  /** Objects of this size or less are left where they are: manifests and evidence stay at hand. */
  largerThanBytes?: number;
  transitions: LifecycleTransition[];
  expireAfterDays?: number;
  noncurrentDays?: number;
  /** Removes what is left of an object all versions of which are gone. */
  removeExpiredMarkers?: boolean;
  abortMultipartDays?: number;
}

export interface LifecycleTransition {
  afterDays: number;
  storageClass: "STANDARD_IA" | "GLACIER_IR";
}

/** What lifecycle settings are held against. */
export interface LifecycleBounds {
  retention: Omit<RetentionPolicy, "timeZone">;
  /** Days of the bucket's Object Lock, when it has one. */
  objectLockDays?: number;
  /** Days between two backups at most: the counts count only periods that have one. @default 1 */
  longestGapDays?: number;
}

/** S3's shortest stay before, and in, Standard-IA. */
const SHORTEST_STAY_DAYS = 30;
/** Below this the colder classes cost more than they save; S3 bills at least as much for each object. */
const SMALL_OBJECT_BYTES = 128 * 1024;
/** A week in which backups were late or `prune` did not run must not let the bucket take what the rules still keep. */
const MARGIN_DAYS = 7;
/** The longest that a period can be, in days: 31 days, and a leap year. */
const LONGEST = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 } as const;

/**
 * The age in days at which a backup may still be kept by a rule, with a margin, while there is a backup at least every
 * `longestGapDays`: with one a day, 24 hours that have a backup are 24 days. What is kept for another reason (the last
 * good one, the last drilled one, Object Lock) can be older than that.
 */
export function longestKeptDays(retention: Omit<RetentionPolicy, "timeZone">, longestGapDays = 1): number {
  const rules = Object.keys(LONGEST) as (keyof typeof LONGEST)[];
  const counted = rules.map((rule) => retention[rule] * Math.max(LONGEST[rule], longestGapDays));
  return Math.ceil(Math.max(retention.keepSeconds / 86_400, ...counted)) + MARGIN_DAYS;
}

/** Why these lifecycle settings would be refused by S3 or take what must stay, or undefined. */
export function lifecycleProblem(policy: LifecyclePolicy, bounds: LifecycleBounds): string | undefined {
  return wholeDaysProblem(policy) ?? tierProblem(policy) ?? expiryProblem(policy, bounds);
}

function wholeDaysProblem(policy: LifecyclePolicy): string | undefined {
  for (const [setting, days] of Object.entries(policy) as [string, number | undefined][])
    if (days !== undefined && (!Number.isInteger(days) || days < 1))
      return `${setting} is ${days}; it must be a whole number of days, at least 1`;
  return undefined;
}

function tierProblem({ infrequentAccessAfterDays, glacierAfterDays }: LifecyclePolicy): string | undefined {
  if (infrequentAccessAfterDays === undefined) return undefined;
  if (infrequentAccessAfterDays < SHORTEST_STAY_DAYS)
    return (
      `infrequentAccessAfterDays is ${infrequentAccessAfterDays}; S3 moves nothing to Standard-IA before ` +
      `${SHORTEST_STAY_DAYS} days: say ${SHORTEST_STAY_DAYS} or more, or leave it out`
    );
  const earliest = infrequentAccessAfterDays + SHORTEST_STAY_DAYS;
  if (glacierAfterDays !== undefined && glacierAfterDays < earliest)
    return (
      `glacierAfterDays is ${glacierAfterDays}; objects stay in Standard-IA for at least ${SHORTEST_STAY_DAYS} days, ` +
      `so that Glacier begins at ${earliest} or later: say that, or leave infrequentAccessAfterDays out`
    );
  return undefined;
}

function expiryProblem(policy: LifecyclePolicy, bounds: LifecycleBounds): string | undefined {
  const { retention, objectLockDays, longestGapDays } = bounds;
  const { expireAfterDays, infrequentAccessAfterDays = 0, glacierAfterDays = 0 } = policy;
  if (expireAfterDays === undefined) return undefined;
  const kept = longestKeptDays(retention, longestGapDays);
  if (expireAfterDays < kept)
    return (
      `expireAfterDays is ${expireAfterDays}; the retention keeps backups for up to ${kept} days (with a margin of ` +
      `${formatDuration(MARGIN_DAYS * 86_400)}): the bucket would take what must stay; say ${kept} or more, or, better, ` +
      "leave it out: prune removes what no rule keeps, and never the last good backup"
    );
  if (objectLockDays !== undefined && expireAfterDays < objectLockDays)
    return (
      `expireAfterDays is ${expireAfterDays}, but Object Lock keeps every object for ${objectLockDays} days: ` +
      `say ${objectLockDays} or more, or leave it out`
    );
  const lastMove = Math.max(infrequentAccessAfterDays, glacierAfterDays);
  if (expireAfterDays <= lastMove)
    return (
      `expireAfterDays is ${expireAfterDays}, but objects move to a colder class after ${lastMove} days: ` +
      "S3 refuses to move what is gone by then; leave the move out or expire later"
    );
  return undefined;
}

/** The rules of a bucket, or of the part of it below `prefix`. Throws an Error when `lifecycleProblem` finds one. */
export function lifecycleRules(policy: LifecyclePolicy, bounds: LifecycleBounds, prefix = ""): LifecycleRule[] {
  const problem = lifecycleProblem(policy, bounds);
  if (problem) throw new Error(problem);
  const backups = `${prefix}backups/`;
  const rules: LifecycleRule[] = [
    {
      id: "cut-off-uploads",
      prefix,
      transitions: [],
      abortMultipartDays: policy.abortMultipartDays,
    },
    {
      id: "removed-versions",
      prefix,
      transitions: [],
      noncurrentDays: policy.noncurrentDays,
      // S3 takes the markers along when it expires objects by age, and refuses to be told both in one rule.
      removeExpiredMarkers: true,
    },
  ];
  const transitions = transitionsOf(policy);
  if (transitions.length > 0)
    rules.push({ id: "colder-classes", prefix: backups, largerThanBytes: SMALL_OBJECT_BYTES, transitions });
  if (policy.expireAfterDays !== undefined)
    rules.push({ id: "expiry", prefix: backups, transitions: [], expireAfterDays: policy.expireAfterDays });
  return rules;
}

function transitionsOf({ infrequentAccessAfterDays, glacierAfterDays }: LifecyclePolicy): LifecycleTransition[] {
  const moves: [number | undefined, LifecycleTransition["storageClass"]][] = [
    [infrequentAccessAfterDays, "STANDARD_IA"],
    [glacierAfterDays, "GLACIER_IR"],
  ];
  return moves.flatMap(([afterDays, storageClass]) => (afterDays === undefined ? [] : [{ afterDays, storageClass }]));
}
