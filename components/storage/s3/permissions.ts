import { s3Service } from "./arns";
import { policyText, type Statement } from "./policy-document";

export interface Bounds {
  bucketArn: string;
  region: string;
  prefix: string;
  /** sse-kms: the key with which objects are encrypted. */
  keyArn?: string;
}

/**
 * Writes backups and reads manifests back. It removes what a backup that failed has left: in a versioned bucket that only
 * hides the object, and the version stays.
 */
export function writerPolicy(bounds: Bounds): string {
  const may = [
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:GetObject",
    "s3:DeleteObject",
  ];
  // Decrypt, too: S3 reads the parts of an upload to put them together.
  return policyText([names(bounds), backups(bounds, may), ...key(bounds, ["kms:GenerateDataKey", "kms:Decrypt"])]);
}

/** Reads backups, and stores evidence: both belong to a drill, which runs as one service account. */
export function drillPolicy(bounds: Bounds): string {
  return policyText([
    names(bounds),
    backups(bounds, ["s3:GetObject"]),
    // It reads what is there: whose the folder is, and the chain of the drills before.
    below("Evidence", "evidence/", bounds, ["s3:PutObject", "s3:GetObject"]),
    ...key(bounds, ["kms:GenerateDataKey", "kms:Decrypt"]),
  ]);
}

/** Hides backups that no rule keeps. Their versions go when the bucket's lifecycle, and Object Lock, let them. */
export function prunerPolicy(bounds: Bounds): string {
  return policyText([
    names(bounds),
    backups(bounds, ["s3:GetObject", "s3:GetObjectRetention", "s3:GetObjectLegalHold", "s3:DeleteObject"]),
    // What was drilled last stays: the evidence says which that is.
    below("Evidence", "evidence/", bounds, ["s3:GetObject"]),
    ...key(bounds, ["kms:Decrypt"]),
  ]);
}

/**
 * Of the whole bucket: without it, or with a condition on the prefix, S3 answers "forbidden" for an object that is not
 * there, and nobody could tell the two apart.
 */
function names({ bucketArn }: Bounds): Statement {
  return { Sid: "Names", Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn };
}

const backups = (bounds: Bounds, may: string[]) => below("Backups", "backups/", bounds, may);

function below(Sid: string, folder: string, { bucketArn, prefix }: Bounds, may: string[]): Statement {
  return { Sid, Effect: "Allow", Action: may, Resource: `${bucketArn}/${prefix}${folder}*` };
}

/** The key, through S3 in this region and nothing else. */
function key({ keyArn, region }: Bounds, may: string[]): Statement[] {
  if (keyArn === undefined) return [];
  const Condition = { StringEquals: { "kms:ViaService": s3Service(region) } };
  return [{ Sid: "Key", Effect: "Allow", Action: may, Resource: keyArn, Condition }];
}
