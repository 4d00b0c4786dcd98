import { S3BackupStorage, type S3BackupStorageArgs } from "../../../components";
import { TYPE_TOKENS } from "../../../model/descriptor";
import { type Program, type RunOptions, refusal, run } from "./declare";
import { s3Storage } from "./examples";

/** S3BackupStorage `store` under mocks, and what its tests ask of it. */
export const TYPE = {
  component: TYPE_TOKENS.s3Storage,
  bucket: "aws:s3/bucket:Bucket",
  publicAccess: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  ownership: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  versioning: "aws:s3/bucketVersioning:BucketVersioning",
  encryption: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  objectLock: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  logging: "aws:s3/bucketLogging:BucketLogging",
  bucketPolicy: "aws:s3/bucketPolicy:BucketPolicy",
  replication: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  key: "aws:kms/key:Key",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  association: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
} as const;

export const KEY = (region: string) => `arn:aws:kms:${region}:111122223333:key/0f0f`;

/** An AWS account as far as programs ask it. */
export const s3Account: RunOptions = {
  call: () => ({ accountId: "111122223333" }),
  computed: (type, name) =>
    ({ [TYPE.key]: { arn: KEY("eu-central-1") }, [TYPE.role]: { arn: `arn:aws:iam::111122223333:role/${name}` } })[
      type
    ],
};

export function declared(changes: Partial<S3BackupStorageArgs> = {}, options: RunOptions = {}): Promise<Program> {
  return run(() => new S3BackupStorage("store", s3Storage(changes)), { ...s3Account, ...options });
}

/** The statements of a policy's text by their names. */
export function statements(text: string): Record<string, object> {
  const { Version, Statement } = JSON.parse(text) as { Version: string; Statement: { Sid: string }[] };
  if (Version !== "2012-10-17") throw new Error(`the policy is of the version ${Version}`);
  return Object.fromEntries(Statement.map(({ Sid, ...statement }) => [Sid, statement]));
}

export const refused = (changes: Partial<S3BackupStorageArgs>) =>
  refusal(() => new S3BackupStorage("store", s3Storage(changes)));
