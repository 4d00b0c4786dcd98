import { isNo, isYes, type Reading } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import type { Bucket, Database } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { bucketText, databaseText, listText } from "../stack/text";

/**
 * No slip of a program, no `pulumi destroy` in the wrong stack deletes a production database, or the bucket that holds
 * its backups.
 *
 * Severity: high. Page: docs/policies/protected-from-deletion.md
 */
export const rule: Rule = {
  name: "protected-from-deletion",
  description: "In production, databases and the buckets of their backups are protected from deletion.",
  level: "mandatory",
  severity: "high",
  remedy: "Set Pulumi's protect option on databases and backup buckets.",
  check: ({ index, gate }) =>
    isProduction(gate)
      ? [...index.databases.flatMap(unprotectedDatabase), ...bucketsOf(index).flatMap(unprotectedBucket)]
      : [],
};

export const protectedFromDeletion = stackPolicy(rule);

function unprotectedDatabase(database: Database): Finding[] {
  const { deletionProtection, finalSnapshot } = database;
  if (database.protect || (isYes(deletionProtection) && isYes(finalSnapshot))) return [];
  const aws = database.product.startsWith("AWS");
  return [
    {
      urn: database.urn,
      verdict: `${databaseText(database)} is not protected from deletion.`,
      reasons: [
        "Pulumi's protect option is set neither on it nor on a component above it",
        ...(aws ? withoutYes(deletionProtection, "its deletion protection", "is off") : []),
        ...(aws ? withoutYes(finalSnapshot, "a final snapshot", "is not taken") : []),
      ],
      remedies: [
        database.origin === "restorable"
          ? "set deletionProtection of the PostgresCluster to true"
          : "set protect: true in the resource's options",
        ...(aws
          ? ["or set deletionProtection to true, and skipFinalSnapshot to false with a name for the snapshot"]
          : []),
      ],
    },
  ];
}

interface UsedBucket {
  bucket: Bucket;
  /** Ids of the backups that lie in it. */
  backups: string[];
}

/** The stack's buckets in which backups lie, each once. */
function bucketsOf({ buckets, backups }: StackIndex): UsedBucket[] {
  return buckets.flatMap((bucket) => {
    const inside = backups.filter(({ stores }) => stores.some(({ bucketUrns }) => bucketUrns.includes(bucket.urn)));
    return inside.length > 0 ? [{ bucket, backups: inside.map(({ id }) => id) }] : [];
  });
}

function unprotectedBucket({ bucket, backups }: UsedBucket): Finding[] {
  const { forceDestroy, urn } = bucket;
  // AWS deletes no vault with recovery points in it, unless it is told to by force.
  const protect = bucket.protect || (bucket.keepsItself === true && isNo(forceDestroy));
  const reasons = [
    ...(protect ? [] : ["Pulumi's protect option is set neither on it nor on a component above it"]),
    ...(isNo(forceDestroy) ? [] : [forced(forceDestroy)]),
  ];
  if (reasons.length === 0) return [];
  return [
    {
      urn,
      verdict: `${bucketText(bucket)} (${bucket.what}), which holds ${listText(backups)}, is not protected from deletion.`,
      reasons,
      remedies: [
        ...(protect ? [] : ["set protect: true in the resource's options"]),
        ...(isNo(forceDestroy) ? [] : ["set forceDestroy to false, or leave it out"]),
      ],
    },
  ];
}

function forced(forceDestroy: Reading<boolean>): string {
  return forceDestroy.state === "unknown"
    ? `whether forceDestroy is set is unknown at preview (${forceDestroy.path})`
    : "forceDestroy is set: a bucket full of backups is emptied and deleted without a question";
}

function withoutYes(reading: Reading<boolean>, what: string, not: string): string[] {
  if (isYes(reading)) return [];
  return [reading.state === "unknown" ? `${what} is unknown at preview (${reading.path})` : `${what} ${not}`];
}
