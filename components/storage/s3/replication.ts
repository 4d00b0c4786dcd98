import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { S3StorageDeclaration } from "../s3-backup-storage-args";
import { bucketArn, keyProblem, s3Service } from "./arns";
import { judged } from "./judged";
import { loadAws } from "./load-aws";
import { policyText, type Statement } from "./policy-document";
import { roleName } from "./role-names";

type Replication = NonNullable<S3StorageDeclaration["replication"]>;

/** The second copy that S3 makes by itself, and the role by which it does. `ready`: what replication waits for. */
export function replicate(
  name: string,
  storage: S3StorageDeclaration,
  bucket: aws.s3.Bucket,
  keyArn: pulumi.Output<string> | undefined,
  { parent, ready }: { parent: pulumi.Resource; ready: pulumi.Resource[] },
): void {
  const { replication } = storage;
  if (!replication) return;
  const aws = loadAws();
  const problem = (arn: string) => keyProblem(arn, replication.region);
  const copyKeyArn =
    replication.kmsKeyArn === undefined
      ? undefined
      : judged(replication.kmsKeyArn, `S3BackupStorage "${name}"`, "replication.kmsKeyArn", problem);
  const role = new aws.iam.Role(
    `${name}-replication`,
    {
      name: roleName(storage.roleNamePrefix, "replication"),
      description: `Restorable: S3 replicates the backup bucket ${storage.bucket}`,
      assumeRolePolicy: policyText([
        { Sid: "S3", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
      ]),
    },
    { parent },
  );
  const permissions = new aws.iam.RolePolicy(
    `${name}-replication`,
    {
      name: "replication",
      role: role.name,
      policy: pulumi
        .all([pulumi.output(keyArn), pulumi.output(copyKeyArn)])
        .apply(([key, copyKey]) => replicationPolicy(storage, replication, key, copyKey)),
    },
    { parent },
  );
  new aws.s3.BucketReplicationConfig(
    `${name}-replication`,
    {
      bucket: bucket.bucket,
      region: storage.region,
      role: role.arn,
      rules: [
        {
          id: "second-copy",
          status: "Enabled",
          filter: { prefix: storage.prefix },
          deleteMarkerReplication: { status: replication.deleteMarkers ? "Enabled" : "Disabled" },
          ...(copyKeyArn ? { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } } } : {}),
          destination: destination(storage, replication, copyKeyArn),
        },
      ],
    },
    { parent, dependsOn: [permissions, ...ready] },
  );
}

const elsewhere = ({ accountId }: S3StorageDeclaration, replication: Replication) =>
  replication.accountId !== undefined && replication.accountId !== accountId;

function destination(
  storage: S3StorageDeclaration,
  replication: Replication,
  copyKeyArn: pulumi.Output<string> | undefined,
): aws.types.input.s3.BucketReplicationConfigRuleDestination {
  return {
    bucket: bucketArn(replication.bucket, replication.region),
    // Metrics show in CloudWatch whether the copy keeps up: S3 fails to replicate without telling anybody.
    metrics: { status: "Enabled" },
    // The copies belong to the other account: whoever takes over this one cannot touch them.
    ...(elsewhere(storage, replication)
      ? { account: replication.accountId, accessControlTranslation: { owner: "Destination" } }
      : {}),
    ...(copyKeyArn ? { encryptionConfiguration: { replicaKmsKeyId: copyKeyArn } } : {}),
  };
}

/** What S3 needs to replicate (Amazon S3 User Guide, "Setting up permissions for live replication"), and no more. */
function replicationPolicy(
  storage: S3StorageDeclaration,
  replication: Replication,
  keyArn: string | undefined,
  copyKeyArn: string | undefined,
): string {
  const source = bucketArn(storage.bucket, storage.region);
  const copies = bucketArn(replication.bucket, replication.region);
  const allow = (Sid: string, Action: string[], Resource: string): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
  });
  const through = (region: string) => ({ StringEquals: { "kms:ViaService": s3Service(region) } });
  const read = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"];
  const write = ["s3:ReplicateObject", "s3:ReplicateTags"];
  if (storage.objectLock) read.push("s3:GetObjectRetention", "s3:GetObjectLegalHold");
  if (replication.deleteMarkers) write.push("s3:ReplicateDelete");
  if (elsewhere(storage, replication)) write.push("s3:ObjectOwnerOverrideToBucketOwner");
  const keys =
    keyArn === undefined || copyKeyArn === undefined
      ? []
      : [
          { ...allow("Key", ["kms:Decrypt"], keyArn), Condition: through(storage.region) },
          {
            ...allow("KeyOfTheCopies", ["kms:Encrypt", "kms:GenerateDataKey"], copyKeyArn),
            Condition: through(replication.region),
          },
        ];
  return policyText([
    allow("Bucket", ["s3:GetReplicationConfiguration", "s3:ListBucket"], source),
    allow("Read", read, `${source}/*`),
    allow("Copy", write, `${copies}/*`),
    ...keys,
  ]);
}
