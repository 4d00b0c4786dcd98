import { z } from "zod";
import type { Reading } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import type { Backup, Bucket, Store } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { bucketText, listText } from "../stack/text";

const settings = z.strictObject({
  immutable: z
    .boolean()
    .default(false)
    .describe("Whether every bucket of backups needs Object Lock (a vault: its lock) with a default retention."),
});

/**
 * Where production's backups lie, nobody reads them, overwrites them or has them in the clear: a backup is a copy of
 * everything, and the last thing left after an attack.
 *
 * Severity: high. Page: docs/policies/storage-is-protected.md
 */
export const rule: Rule<typeof settings> = {
  name: "storage-is-protected",
  description: "In production, buckets of backups are encrypted, private, versioned and, if asked for, immutable.",
  level: "mandatory",
  severity: "high",
  remedy: "Encrypt the bucket, block public access in all four ways, and switch versioning on.",
  config: settings,
  check: ({ index, gate, config }) =>
    isProduction(gate)
      ? [
          ...index.buckets.flatMap((bucket) => unprotected(bucket, index, config.immutable)),
          ...index.backups.flatMap((backup) => unencrypted(backup, index)),
        ]
      : [],
};

export const storageIsProtected = stackPolicy(rule);

/** What is missing, why that matters, what to do. */
interface Lack {
  reason: string;
  remedy: string;
}

function unprotected(bucket: Bucket, { backups }: StackIndex, immutable: boolean): Finding[] {
  const inside = backups.filter(({ stores }) => stores.some(({ bucketUrns }) => bucketUrns.includes(bucket.urn)));
  if (inside.length === 0) return [];
  const lacks = [
    ...lack(bucket.encrypted, "it is encrypted", "it is not encrypted", "give it server-side encryption by default"),
    ...lack(
      bucket.private,
      "the public is kept out",
      "nothing keeps the public out: public access is not blocked in all four ways",
      "block public access in all four ways (a BucketPublicAccessBlock for S3)",
    ),
    ...lack(
      bucket.versioned,
      "it is versioned",
      "it is not versioned: an object that is overwritten or deleted is gone",
      "switch versioning on",
    ),
    ...notImmutable(bucket, immutable),
  ];
  if (lacks.length === 0) return [];
  const holds = `which holds the backups of ${listText(inside.map(({ id }) => id))}`;
  return [
    {
      urn: bucket.urn,
      verdict: `The bucket ${bucketText(bucket)}, ${holds}, is not protected.`,
      reasons: lacks.map(({ reason }) => reason),
      remedies: lacks.map(({ remedy }) => remedy),
    },
  ];
}

function notImmutable({ immutable, lockEnabled }: Bucket, demanded: boolean): Lack[] {
  const remedy = "give its lock a default retention (an ObjectLockConfiguration's rule; a vault's minRetentionDays)";
  if (demanded)
    return lack(
      immutable,
      "it is immutable",
      "nothing in it is immutable: it has no lock with a default retention",
      remedy,
    );
  if (lockEnabled.state !== "known" || !lockEnabled.value) return [];
  const reason = "its lock is switched on without a default retention, so that nothing in it is locked";
  return lack(immutable, "its lock has a default retention", reason, remedy);
}

/** Absent is no: where a product does it by default, the fact says so. */
function lack(reading: Reading<boolean>, what: string, reason: string, remedy: string): Lack[] {
  if (reading.state === "unknown")
    return [{ reason: `whether ${what} is unknown at preview (${reading.path})`, remedy }];
  return reading.state === "known" && reading.value ? [] : [{ reason, remedy }];
}

/** What the product keeps itself has no bucket to look at; and a bucket that may be one of the stack's has to be found. */
function unencrypted(backup: Backup, { buckets }: StackIndex): Finding[] {
  const lacks = new Map<string, Lack>();
  for (const store of backup.stores)
    for (const found of [...storeLack(store), ...(buckets.length > 0 ? unknownBucket(store) : [])])
      lacks.set(found.reason, found);
  if (lacks.size === 0) return [];
  const found = [...lacks.values()];
  return [
    {
      urn: backup.urn,
      verdict: `${backup.id}: its copies are not protected where they lie.`,
      reasons: found.map(({ reason }) => reason),
      remedies: [...new Set(found.map(({ remedy }) => remedy))],
    },
  ];
}

const ENCRYPT: Partial<Record<Store["kind"], [what: string, remedy: string]>> = {
  rds: ["the snapshots that RDS keeps", "set storageEncrypted of the database: its snapshots are encrypted as it is"],
  "aws-backup": [
    "what the vault keeps of it",
    "set storageEncrypted of the database: its recovery points are encrypted as it is",
  ],
  other: ["what it stores", "encrypt the backup before it leaves, or send it to a store that encrypts"],
};

/** Where a store that another stack declares lies, copy-outside-cluster asks; it is that stack's to protect. */
function storeLack({ kind, encrypted, elsewhere }: Store): Lack[] {
  if (elsewhere) return [];
  const [what, remedy] = ENCRYPT[kind] ?? [];
  if (what === undefined || remedy === undefined) return [];
  return lack(encrypted, `${what} is encrypted`, `nothing says that ${what} is encrypted`, remedy);
}

function unknownBucket({ kind, bucket, bucketUrns }: Store): Lack[] {
  const inBucket = kind === "s3" || kind === "gcs" || kind === "azure";
  if (!inBucket || bucket.state !== "unknown" || bucketUrns.length > 0) return [];
  return [
    {
      reason: `which bucket it goes to is unknown at preview (${bucket.path}), so nobody can tell whether that is protected`,
      remedy: "name the bucket by a plain value, or by an output of the bucket's own resource",
    },
  ];
}
