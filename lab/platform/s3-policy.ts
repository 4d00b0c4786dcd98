/** The bucket's users beside root, by what they are for. Their access key ids are their names. */
export const s3Users = ["writer", "reader", "evidence", "pruner"] as const;
export type S3User = (typeof s3Users)[number];

/** A value for each user. */
export function usersOf<T>(value: (user: S3User) => T): Record<S3User, T> {
  return Object.fromEntries(s3Users.map((user) => [user, value(user)])) as Record<S3User, T>;
}

interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal: { AWS: string[] };
  Action: string[];
  Resource: string[];
}

/**
 * Who may do what, as a bucket policy. Nobody but root may delete a version: a writer's delete only hides an object, and
 * what was stored can be had back. Evidence is written by its own user alone, who reads evidence and no backup. The pruner reads what decides over a
 * backup's removal, evidence too, and deletes below backups/ alone.
 */
export function bucketPolicy(bucket: string, accessKeys: Record<S3User, string>): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements(bucket, accessKeys) });
}

/**
 * The same rights of one user as MinIO wants them: in a policy of the user's own. MinIO lets whoever may delete an
 * object delete its versions, too, until that is denied by name.
 */
export function minioUserPolicy(bucket: string, user: S3User, versions: "kept" | "deletable"): string {
  const rights = statements(
    bucket,
    usersOf((name) => name),
  )
    .filter(({ Principal }) => Principal.AWS.includes(user))
    .map(({ Principal: _, ...right }) => right);
  const keepVersions = {
    Sid: "KeepVersions",
    Effect: "Deny",
    Action: ["s3:DeleteObjectVersion"],
    Resource: [`arn:aws:s3:::${bucket}/*`],
  };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: versions === "kept" ? [...rights, keepVersions] : rights,
  });
}

function statements(bucket: string, accessKeys: Record<S3User, string>): Statement[] {
  const [all, objects, backups, evidence] = [
    `arn:aws:s3:::${bucket}`,
    `arn:aws:s3:::${bucket}/*`,
    `arn:aws:s3:::${bucket}/backups/*`,
    `arn:aws:s3:::${bucket}/evidence/*`,
  ];
  const allow = (sid: string, user: S3User, actions: string[], resource: string): Statement => ({
    Sid: sid,
    Effect: "Allow",
    Principal: { AWS: [accessKeys[user]] },
    Action: actions.map((action) => `s3:${action}`),
    Resource: [resource],
  });
  const upload = ["PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"];
  const read = ["GetObject", "GetObjectVersion", "GetObjectAttributes", "GetObjectTagging"];
  const list = ["ListBucket", "GetBucketLocation", "GetBucketVersioning"];
  return [
    allow("WriterObjects", "writer", [...upload, ...read, "PutObjectTagging", "DeleteObject"], objects),
    allow("WriterBucket", "writer", [...list, "ListBucketVersions", "ListBucketMultipartUploads"], all),
    allow("WriterSettings", "writer", ["GetBucketObjectLockConfiguration", "GetLifecycleConfiguration"], all),
    {
      ...allow("WriterLeavesEvidence", "writer", ["PutObject", "DeleteObject", "PutObjectTagging"], evidence),
      Effect: "Deny",
    },
    allow("ReaderObjects", "reader", ["GetObject"], objects),
    allow("ReaderBucket", "reader", ["ListBucket", "GetBucketLocation"], all),
    allow("EvidenceObjects", "evidence", ["PutObject", "GetObject"], evidence),
    // Names, of backups too: else an object that is not there could not be told from one that may not be read.
    allow("EvidenceBucket", "evidence", ["ListBucket", "GetBucketLocation"], all),
    allow("PrunerReads", "pruner", ["GetObject"], objects),
    allow("PrunerDeletes", "pruner", ["DeleteObject"], backups),
    allow("PrunerBucket", "pruner", ["ListBucket", "GetBucketLocation", "GetBucketObjectLockConfiguration"], all),
  ];
}
