import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { checked, durationField } from "../../model/fields";
import { bucketName, kubernetesName } from "../../model/names";
import { prefixField } from "../backup/logical-backup-args";
import { accountProblem, regionProblem } from "./s3/arns";
import { textInputField } from "./s3/judged";
import { serviceAccountNameProblem } from "./s3/service-accounts";

/** How objects are encrypted where they lie. */
export interface BucketEncryptionArgs {
  /**
   * `sse-s3`: with keys that S3 keeps itself. `sse-kms`: with a KMS key, so that a backup is read only by who may use
   * the bucket and the key. @default "sse-s3"
   */
  kind?: string;
  /**
   * sse-kms: the key's ARN, in the bucket's region. Caution: backups are lost with the key. @default a key is made,
   * with rotation, protected like the bucket
   */
  kmsKeyArn?: pulumi.Input<string>;
}

/** Object Lock: for this long nobody overwrites or deletes a version. Caution: only a new bucket can get it. */
export interface BucketObjectLockArgs {
  /**
   * `governance`: whoever has s3:BypassGovernanceRetention may still delete; none of this component's roles has it.
   * `compliance`: nobody may, the account's root user included. @default "governance"
   */
  mode?: string;
  /** Days that each object is locked from its upload on: 1 to 36500. */
  days: number;
  /** compliance: must be true. What is locked can be removed only by closing the AWS account. @default false */
  acknowledgeIrrevocable?: boolean;
}

/** What the bucket does by itself, as a backstop: which backup goes is decided by pruning, which knows good from damaged. */
export interface BucketLifecycleArgs {
  /** Days until dumps move to Standard-IA: 30 at least. @default they do not */
  infrequentAccessAfterDays?: number;
  /**
   * Days until dumps move to Glacier Instant Retrieval. There is no setting for the other Glacier classes: a restore or a
   * drill would first wait for hours. 30 days after Standard-IA at least. @default they do not
   */
  glacierAfterDays?: number;
  /** Days until backups are removed. Caution: the last good one, too, when nothing newer comes. @default never */
  expireAfterDays?: number;
  /** With expireAfterDays: the longest for which a backup in this bucket is kept, such as `35d`. */
  longestRetention?: string;
  /** Days for which a version that was removed or overwritten can still be got back. @default 30 */
  noncurrentDays?: number;
  /** Days until the parts of an upload that never ended are removed. @default 7 */
  abortMultipartDays?: number;
}

/** A second copy, made by S3 itself, in a bucket that exists already, with versioning (and Object Lock, if this one has it). */
export interface BucketReplicationArgs {
  /** The destination bucket's name. */
  bucket: string;
  /** Its region. */
  region: string;
  /** The account that owns it, and will own the copies. @default this bucket's account */
  accountId?: string;
  /** sse-kms: the key for the copies, in the destination's region. */
  kmsKeyArn?: pulumi.Input<string>;
  /**
   * Whether a deletion here hides the copy there, too. Off, since whoever deletes backups, by mistake or not, should not
   * reach the second copy; its own lifecycle rules then decide how long it stays. @default false
   */
  deleteMarkers?: boolean;
}

/** Where S3 logs each request to the bucket: another bucket of the same account and region that lets S3 write logs. */
export interface BucketAccessLogsArgs {
  bucket: string;
  /** @default "<the backup bucket's name>/" */
  prefix?: string;
}

/** IAM roles for service accounts: the cluster's OIDC provider vouches for its pods. */
export interface IrsaArgs {
  /** The IAM OIDC provider of the cluster, in the bucket's account; its ARN ends in the cluster's issuer. */
  oidcProviderArn: pulumi.Input<string>;
}

/** EKS Pod Identity: the cluster must run the EKS Pod Identity Agent add-on. */
export interface PodIdentityArgs {
  /** The EKS cluster, in the bucket's account. */
  clusterName: pulumi.Input<string>;
  /** Its region. @default the bucket's */
  region?: string;
}

export interface ServiceAccountArgs {
  namespace: string;
  /** LogicalBackup and RestoreDrill give theirs their own name. With IRSA a `*` in it stands for anything: `orders-*`. */
  name: string;
}

/** A bucket of Amazon S3, and how pods get their rights to it. */
export interface S3BucketArgs {
  /** The bucket to make. Its name is unique in all of AWS. Caution: it cannot be renamed. */
  bucket: string;
  /** Where the bucket is made, such as `eu-central-1`. */
  region: string;
  /** The AWS account, 12 digits: a deployment with credentials of another one fails. */
  accountId: string;
  /** Below which everything is kept: "" or ending in a slash. @default "" */
  prefix?: string;
  encryption?: BucketEncryptionArgs;
  /** @default no Object Lock. Caution: it cannot be switched on, or off, afterwards. */
  objectLock?: BucketObjectLockArgs;
  lifecycle?: BucketLifecycleArgs;
  /** @default no second copy */
  replication?: BucketReplicationArgs;
  /** @default no access logs */
  accessLogs?: BucketAccessLogsArgs;
  /** Roles are called `<prefix>-writer`, `-drill`, `-pruner`, `-replication`: unique in the account. @default the component's name */
  roleNamePrefix?: string;
  /** How pods get their role; this or podIdentity, or both while changing from one to the other. */
  irsa?: IrsaArgs;
  podIdentity?: PodIdentityArgs;
  /** Whether Pulumi refuses to delete the bucket, and the key that was made for it (their `protect` option). @default true */
  deletionProtection?: boolean;
}

export interface S3BackupStorageArgs extends S3BucketArgs {
  /** Who writes backups: the service accounts of LogicalBackup. */
  writers: ServiceAccountArgs[];
  /** Who reads backups and stores evidence: the service accounts of RestoreDrill, never in a writer's namespace. */
  drills: ServiceAccountArgs[];
  /** Who removes backups that no rule keeps. @default nobody: there is no such role */
  pruners?: ServiceAccountArgs[];
}

const days = z.number({ error: "must be a whole number of days" });

const encryption = z.strictObject({
  kind: z.enum(["sse-s3", "sse-kms"]).default("sse-s3"),
  kmsKeyArn: textInputField().optional(),
} satisfies Record<keyof BucketEncryptionArgs, z.ZodType>);

const objectLock = z.strictObject({
  mode: z.enum(["governance", "compliance"]).default("governance"),
  days: z
    .number()
    .refine(Number.isInteger, { error: "must be a whole number of days" })
    .min(1, { error: "must be at least 1" })
    .max(36_500, { error: "must be at most 36500, S3's limit" }),
  acknowledgeIrrevocable: z.boolean().default(false),
} satisfies Record<keyof BucketObjectLockArgs, z.ZodType>);

const lifecycle = z.strictObject({
  infrequentAccessAfterDays: days.optional(),
  glacierAfterDays: days.optional(),
  expireAfterDays: days.optional(),
  longestRetention: durationField.optional(),
  noncurrentDays: days.default(30),
  abortMultipartDays: days.default(7),
} satisfies Record<keyof BucketLifecycleArgs, z.ZodType>);

const replication = z.strictObject({
  bucket: bucketName,
  region: checked(regionProblem),
  accountId: checked(accountProblem).optional(),
  kmsKeyArn: textInputField().optional(),
  deleteMarkers: z.boolean().default(false),
} satisfies Record<keyof BucketReplicationArgs, z.ZodType>);

const accessLogs = z.strictObject({
  bucket: bucketName,
  prefix: z.string().optional(),
} satisfies Record<keyof BucketAccessLogsArgs, z.ZodType>);

const irsa = z.strictObject({ oidcProviderArn: textInputField() } satisfies Record<keyof IrsaArgs, z.ZodType>);

const podIdentity = z.strictObject({
  clusterName: textInputField((text) => (text === "" ? "must not be empty" : undefined)),
  region: checked(regionProblem).optional(),
} satisfies Record<keyof PodIdentityArgs, z.ZodType>);

const serviceAccounts = z.array(
  z.strictObject({ namespace: kubernetesName, name: checked(serviceAccountNameProblem) } satisfies Record<
    keyof ServiceAccountArgs,
    z.ZodType
  >),
);
const someServiceAccounts = serviceAccounts.min(1, { error: "must name one service account at least" });

export const s3BackupStorageSchema = z.strictObject({
  bucket: bucketName,
  region: checked(regionProblem),
  accountId: checked(accountProblem),
  prefix: prefixField.default(""),
  encryption: encryption.prefault({}),
  objectLock: objectLock.optional(),
  lifecycle: lifecycle.prefault({}),
  replication: replication.optional(),
  accessLogs: accessLogs.optional(),
  roleNamePrefix: z.string().optional(),
  irsa: irsa.optional(),
  podIdentity: podIdentity.optional(),
  writers: someServiceAccounts,
  drills: someServiceAccounts,
  pruners: serviceAccounts.default([]),
  deletionProtection: z.boolean().default(true),
} satisfies Record<keyof S3BackupStorageArgs, z.ZodType>) satisfies z.ZodType<S3BackupStorageArgs>;

type Checked = z.output<typeof s3BackupStorageSchema>;

/** A bucket's declaration, checked, with every default filled in. */
export interface S3StorageDeclaration extends Checked {
  roleNamePrefix: string;
}
