import type { types } from "@pulumi/aws";
import { parseDuration } from "../../../model/duration";
import { type LifecycleBounds, type LifecycleRule, lifecycleProblem, lifecycleRules } from "../../../model/lifecycle";
import type { Problem } from "../../../model/problems";
import type { S3StorageDeclaration } from "../s3-backup-storage-args";

type Declared = Pick<S3StorageDeclaration, "lifecycle" | "objectLock" | "prefix">;
type Rule = types.input.s3.BucketLifecycleConfigurationRule;

/** What S3 would refuse, or what would take backups that must stay. */
export function lifecycleProblems(declared: Declared): Problem[] {
  const { expireAfterDays, longestRetention } = declared.lifecycle;
  if (expireAfterDays !== undefined && longestRetention === undefined)
    return [
      {
        path: "lifecycle.longestRetention",
        message:
          "is missing: with expireAfterDays, say the longest for which a backup in this bucket is kept, such as 35d, " +
          "so that the bucket takes nothing before",
      },
    ];
  if (expireAfterDays === undefined && longestRetention !== undefined)
    return [{ path: "lifecycle.longestRetention", message: "has no meaning without expireAfterDays" }];
  const message = lifecycleProblem(policyOf(declared), boundsOf(declared));
  return message ? [{ path: "lifecycle", message }] : [];
}

/** The bucket's rules as the provider takes them. */
export function bucketLifecycle(declared: Declared): Rule[] {
  return lifecycleRules(policyOf(declared), boundsOf(declared), declared.prefix).map(providerRule);
}

function policyOf({ lifecycle: { longestRetention: _, ...policy } }: Declared) {
  return policy;
}

function boundsOf({ lifecycle, objectLock }: Declared): LifecycleBounds {
  const keepSeconds = lifecycle.longestRetention === undefined ? 0 : parseDuration(lifecycle.longestRetention);
  return {
    retention: { keepSeconds, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
    objectLockDays: objectLock?.days,
  };
}

function providerRule(rule: LifecycleRule): Rule {
  const { id, prefix, largerThanBytes, transitions, expireAfterDays, noncurrentDays, abortMultipartDays } = rule;
  return {
    id,
    status: "Enabled",
    filter: largerThanBytes === undefined ? { prefix } : { and: { prefix, objectSizeGreaterThan: largerThanBytes } },
    ...(transitions.length > 0
      ? { transitions: transitions.map(({ afterDays, storageClass }) => ({ days: afterDays, storageClass })) }
      : {}),
    ...(expireAfterDays === undefined ? {} : { expiration: { days: expireAfterDays } }),
    ...(rule.removeExpiredMarkers ? { expiration: { expiredObjectDeleteMarker: true } } : {}),
    ...(noncurrentDays === undefined ? {} : { noncurrentVersionExpiration: { noncurrentDays } }),
    ...(abortMultipartDays === undefined
      ? {}
      : { abortIncompleteMultipartUpload: { daysAfterInitiation: abortMultipartDays } }),
  };
}
