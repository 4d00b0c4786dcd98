import { policyText, type Statement } from "./policy-document";

export interface Guarded {
  bucketArn: string;
  /** The roles that Jobs have. */
  roleArns: string[];
  /** sse-kms: the one key with which objects are encrypted. */
  keyArn?: string;
}

/** What nobody may do with the bucket, whatever else allows it. It allows nothing: that is the roles' part. */
export function bucketPolicy({ bucketArn, roleArns, keyArn }: Guarded): string {
  const everywhere: Everywhere = { Effect: "Deny", Principal: "*", Resource: [bucketArn, `${bucketArn}/*`] };
  return policyText([
    { ...everywhere, Sid: "OnlyTls", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { ...everywhere, Sid: "OnlyTls12", Action: "s3:*", Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    {
      // Also when somebody attaches more rights to a role one day: no Job can take a version, or its protection, away.
      ...everywhere,
      Sid: "NoJobTakesVersionsAway",
      Action: UNDOING,
      Condition: { ArnEquals: { "aws:PrincipalArn": roleArns } },
    },
    ...(keyArn === undefined ? [] : onlyThisKey(bucketArn, keyArn)),
  ]);
}

type Everywhere = Pick<Statement, "Effect" | "Principal" | "Resource">;

/** By which what is stored could be removed for good, or made removable. */
const UNDOING = [
  "s3:BypassGovernanceRetention",
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:DeleteObjectVersion",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketPolicy",
  "s3:PutBucketVersioning",
  "s3:PutLifecycleConfiguration",
  "s3:PutObjectLegalHold",
  "s3:PutObjectRetention",
];

const ALGORITHM = "s3:x-amz-server-side-encryption";
const KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/**
 * A request that says nothing of encryption gets the bucket's key. One that asks for another kind, for another key, or for
 * KMS without a key (that would be the one S3 keeps for the account) is refused.
 */
function onlyThisKey(bucketArn: string, keyArn: string): Statement[] {
  const puts = { Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: `${bucketArn}/*` } as const;
  const present = (header: string, condition: Record<string, Record<string, string>>) => ({
    ...condition,
    Null: { [header]: "false" },
  });
  return [
    {
      ...puts,
      Sid: "NoOtherEncryption",
      Condition: present(ALGORITHM, { StringNotEquals: { [ALGORITHM]: "aws:kms" } }),
    },
    { ...puts, Sid: "NoOtherKey", Condition: present(KEY, { StringNotEquals: { [KEY]: keyArn } }) },
    {
      ...puts,
      Sid: "NoKeyOfTheAccount",
      Condition: { StringEquals: { [ALGORITHM]: "aws:kms" }, Null: { [KEY]: "true" } },
    },
  ];
}
