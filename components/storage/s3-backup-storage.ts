import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type StorageDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { InvalidInputError } from "../../model/problems";
import { validated } from "../validate";
import { type S3StorageUse, s3StorageAccess } from "./s3/access";
import { bucketArn, keyProblem, s3Endpoint } from "./s3/arns";
import { bucketPolicy } from "./s3/bucket-policy";
import { s3BackupStorageSchemaFor } from "./s3/declaration";
import { judged } from "./s3/judged";
import { bucketLifecycle } from "./s3/lifecycle";
import { loadAws } from "./s3/load-aws";
import { replicate } from "./s3/replication";
import type { RoleUse } from "./s3/role-names";
import { jobRoleArns, makeJobRoles } from "./s3/roles";
import type { S3BackupStorageArgs, S3StorageDeclaration } from "./s3-backup-storage-args";
import { type StorageAccessArgs, writerId } from "./storage-access";

/**
 * A bucket of Amazon S3 for backups: private, encrypted, versioned, protected from deletion; and for each use of it a role
 * that may do that and nothing else, for pods on EKS. No role may delete a version.
 */
export class S3BackupStorage extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.s3Storage;
  declare public readonly bucketArn: pulumi.Output<string>;
  /** sse-kms: the key. */
  declare public readonly kmsKeyArn?: pulumi.Output<string>;
  /** For backups. A LogicalBackup takes plain values: `s3StorageAccess` gives the same. */
  declare public readonly writer: pulumi.Output<StorageAccessArgs>;
  /** For drills, which read backups. */
  declare public readonly reader: pulumi.Output<StorageAccessArgs>;
  /** For drills, which store evidence. */
  declare public readonly evidence: pulumi.Output<StorageAccessArgs>;
  /** For pruning, if pruners were declared. */
  declare public readonly pruner?: pulumi.Output<StorageAccessArgs>;

  constructor(name: string, args: S3BackupStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.s3Storage, name, {}, opts);
      return;
    }
    const storage = validated(s3BackupStorageSchemaFor(name), args, "S3BackupStorage", name);
    super(TYPE_TOKENS.s3Storage, name, storage, opts);
    const { region, objectLock, accessLogs, deletionProtection: protect } = storage;
    const aws = loadAws();
    const child = { parent: this };

    const keyArn = encryptionKey(name, storage, { ...child, protect });
    const bucket = new aws.s3.Bucket(
      name,
      { bucket: storage.bucket, region, forceDestroy: false, ...(objectLock ? { objectLockEnabled: true } : {}) },
      { ...child, protect },
    );
    const of = { bucket: bucket.bucket, region };
    const closed = new aws.s3.BucketPublicAccessBlock(
      `${name}-public-access`,
      { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      child,
    );
    new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    const guarded = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { ...of, policy: policyOf(name, storage, keyArn, this) },
      // S3 refuses two changes of a bucket's access at once.
      { ...child, dependsOn: [closed] },
    );
    const versioning = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { ...of, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    const encrypted = new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { ...of, rules: [encryptionRule(keyArn)] },
      child,
    );
    const afterVersioning = { ...child, dependsOn: [versioning] };
    const ready: pulumi.Resource[] = [closed, guarded, versioning, encrypted];
    if (objectLock)
      ready.push(
        new aws.s3.BucketObjectLockConfiguration(
          `${name}-object-lock`,
          { ...of, rule: { defaultRetention: { mode: objectLock.mode.toUpperCase(), days: objectLock.days } } },
          afterVersioning,
        ),
      );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { ...of, rules: bucketLifecycle(storage) },
      afterVersioning,
    );
    replicate(name, storage, bucket, keyArn, { parent: this, ready });
    if (accessLogs)
      new aws.s3.BucketLogging(
        `${name}-access-logs`,
        { ...of, targetBucket: accessLogs.bucket, targetPrefix: accessLogs.prefix ?? `${storage.bucket}/` },
        child,
      );
    const roles = makeJobRoles(name, storage, keyArn, this);

    // Known at preview, and there only once bucket and role are: whoever uses an access waits for both.
    const access = (use: S3StorageUse, role: RoleUse) =>
      pulumi
        .all([...ready, ...(roles.get(role) ?? [])].map(({ urn }) => urn))
        .apply(() => s3StorageAccess(name, args, use));
    this.bucketArn = pulumi.output(bucketArn(storage.bucket, region));
    if (keyArn) this.kmsKeyArn = keyArn;
    this.writer = access("writer", "writer");
    this.reader = access("reader", "drill");
    this.evidence = access("evidence", "drill");
    if (roles.has("pruner")) this.pruner = access("pruner", "pruner");
    this.registerOutputs({
      descriptor: descriptorOf(storage),
      bucketArn: this.bucketArn,
      kmsKeyArn: this.kmsKeyArn,
      writer: this.writer,
      reader: this.reader,
      evidence: this.evidence,
      pruner: this.pruner,
    });
  }
}

/** sse-kms: the key that was named, or one that is made. */
function encryptionKey(
  name: string,
  { encryption, region, bucket }: S3StorageDeclaration,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  if (encryption.kind === "sse-s3") return undefined;
  if (encryption.kmsKeyArn !== undefined)
    return judged(encryption.kmsKeyArn, `S3BackupStorage "${name}"`, "encryption.kmsKeyArn", (arn) =>
      keyProblem(arn, region),
    );
  const description = `Restorable: encrypts the backup bucket ${bucket}`;
  const { kms } = loadAws();
  // The longest wait that KMS offers before a key is gone: with it go all backups.
  return new kms.Key(`${name}-key`, { description, region, enableKeyRotation: true, deletionWindowInDays: 30 }, opts)
    .arn;
}

function encryptionRule(
  keyArn: pulumi.Output<string> | undefined,
): aws.types.input.s3.BucketServerSideEncryptionConfigurationRule {
  // With a key that a client brings along, somebody else could make backups unreadable to everybody but himself.
  const blockedEncryptionTypes = ["SSE-C"];
  if (!keyArn) return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, blockedEncryptionTypes };
  return {
    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
    // One request to KMS for many objects, instead of one for each.
    bucketKeyEnabled: true,
    blockedEncryptionTypes,
  };
}

/** Known once it is known, at preview already, that the provider works in the account that was declared. */
function policyOf(
  name: string,
  storage: S3StorageDeclaration,
  keyArn: pulumi.Output<string> | undefined,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const caller = loadAws().getCallerIdentityOutput({}, { parent });
  return pulumi.all([caller.accountId, pulumi.output(keyArn)]).apply(([accountId, key]) => {
    if (accountId !== storage.accountId)
      throw new InvalidInputError(`S3BackupStorage "${name}"`, [
        {
          path: "accountId",
          message:
            `is ${storage.accountId}, but the AWS provider's credentials are of the account ${accountId}: ` +
            "correct it, or give the component a provider for that account",
        },
      ]);
    const roleArns = jobRoleArns(storage);
    return bucketPolicy({ bucketArn: bucketArn(storage.bucket, storage.region), roleArns, keyArn: key });
  });
}

function descriptorOf({ bucket, region }: S3StorageDeclaration): StorageDescriptor {
  return {
    kind: "storage",
    version: 1,
    storage: "s3",
    endpoint: s3Endpoint(region),
    bucket,
    tls: true,
    encrypted: true,
    // Service accounts of many namespaces write to it, and all say the same.
    writers: [writerId({ kind: "s3", bucket }, "")],
    readers: [writerId({ kind: "s3", bucket }, "")],
  };
}
