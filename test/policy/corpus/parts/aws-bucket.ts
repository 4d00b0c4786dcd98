import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

interface BucketChanges {
  bucket?: Partial<aws.s3.BucketArgs>;
  /** @default all four ways are blocked */
  publicAccess?: Partial<aws.s3.BucketPublicAccessBlockArgs>;
  /** @default 60 */
  expiresAfterDays?: number;
  opts?: pulumi.CustomResourceOptions;
}

/** A bucket for backups: versioned, encrypted, private, emptied after 60 days, protected from deletion. */
export function backupBucket({ bucket: args, publicAccess, expiresAfterDays = 60, opts }: BucketChanges = {}) {
  const made = new aws.s3.Bucket("backups", { bucket: "acme-backups", ...args }, { protect: true, ...opts });
  const bucket = made.id;
  new aws.s3.BucketVersioning("backups-versioning", { bucket, versioningConfiguration: { status: "Enabled" } });
  new aws.s3.BucketServerSideEncryptionConfiguration("backups-encryption", {
    bucket,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
  });
  new aws.s3.BucketPublicAccessBlock("backups-access", {
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
    ...publicAccess,
  });
  new aws.s3.BucketLifecycleConfiguration("backups-lifecycle", {
    bucket,
    rules: [{ id: "expire", status: "Enabled", filter: { prefix: "" }, expiration: { days: expiresAfterDays } }],
  });
  return made;
}
