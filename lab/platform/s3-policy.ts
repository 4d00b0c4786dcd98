/** The bucket's users beside root, by what they are for. Their access key ids are their names. */
export const s3Users = ["writer", "reader", "evidence"] as const;
export type S3User = (typeof s3Users)[number];

interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal: { AWS: string[] };
  Action: string[];
  Resource: string[];
}

/**
 * Who may do what, as a bucket policy. Nobody but root may delete a version: a writer's delete only hides an object, and
 * what was stored can be had back. Evidence is written by its own user alone.
 */
export function bucketPolicy(bucket: string, accessKeys: Record<S3User, string>): string {
  const [all, objects, evidence] = [
    `arn:aws:s3:::${bucket}`,
    `arn:aws:s3:::${bucket}/*`,
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
  const statements: Statement[] = [
    allow("WriterObjects", "writer", [...upload, ...read, "PutObjectTagging", "DeleteObject"], objects),
    allow("WriterBucket", "writer", [...list, "ListBucketVersions", "ListBucketMultipartUploads"], all),
    {
      ...allow("WriterLeavesEvidence", "writer", ["PutObject", "DeleteObject", "PutObjectTagging"], evidence),
      Effect: "Deny",
    },
    allow("ReaderObjects", "reader", ["GetObject"], objects),
    allow("ReaderBucket", "reader", ["ListBucket", "GetBucketLocation"], all),
    allow("EvidenceObjects", "evidence", ["PutObject"], evidence),
  ];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
