import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import type { S3BackupStorageArgs } from "../../../components";
import { ISSUER } from "./examples";
import { declared, KEY, refused } from "./s3-storage";

const KMS = { kind: "sse-kms", kmsKeyArn: KEY("eu-central-1") };
const copies = { bucket: "shop-copies", region: "eu-west-1" };
const account = (name: string, namespace = "shop") => ({ namespace, name });
const misuse = (value: unknown) => value as Partial<S3BackupStorageArgs>;

/** What is declared, and the line that says what is wrong with it. */
const REFUSALS: [what: string, declared: Partial<S3BackupStorageArgs>, problem: string][] = [
  ["a bucket's name that S3 refuses", { bucket: "Shop" }, 'bucket: "Shop" is refused by S3: only lower-case letters'],
  ["what is no region", { region: "frankfurt" }, 'region: "frankfurt" is no region of AWS, such as eu-central-1'],
  ["what is no account", { accountId: "1234" }, "accountId: must be an AWS account's number: 12 digits, as text"],
  ["a prefix that is no folder", { prefix: "shop" }, "prefix: must be empty or end in a slash"],
  [
    "an encryption of its own making",
    { encryption: { kind: "rot13" } },
    'encryption.kind: must be "sse-s3" or "sse-kms"',
  ],
  [
    "a key for S3's own encryption",
    { encryption: { kmsKeyArn: KMS.kmsKeyArn } },
    'encryption.kmsKeyArn: has no meaning for kind "sse-s3": say kind: "sse-kms"',
  ],
  [
    "a key in another region",
    { encryption: { kind: "sse-kms", kmsKeyArn: KEY("us-east-1") } },
    "encryption.kmsKeyArn: is a key in us-east-1, but the bucket is in eu-central-1; S3 encrypts with keys of the bucket's own region: name one in eu-central-1",
  ],
  [
    "an alias for a key",
    { encryption: { kind: "sse-kms", kmsKeyArn: "alias/backups" } },
    "encryption.kmsKeyArn: must be a KMS key's ARN, arn:aws:kms:<region>:<account>:key/<id>; an alias can be pointed at another key",
  ],
  [
    "compliance mode that nobody has thought about",
    { objectLock: { mode: "compliance", days: 30 } },
    'objectLock.acknowledgeIrrevocable: mode "compliance" cannot be undone by anybody: each object stays, and is paid for, for 30 days',
  ],
  [
    "an acknowledgement of nothing",
    { objectLock: { days: 30, acknowledgeIrrevocable: true } },
    'objectLock.acknowledgeIrrevocable: has no meaning for mode "governance", which an administrator can lift',
  ],
  [
    "a mode that is none",
    { objectLock: { mode: "legal", days: 1 } },
    'objectLock.mode: must be "governance" or "compliance"',
  ],
  ["a lock of no days", { objectLock: { days: 0 } }, "objectLock.days: must be at least 1"],
  ["a lock of a day and a half", { objectLock: { days: 1.5 } }, "objectLock.days: must be a whole number of days"],
  ["a lock for ever", { objectLock: { days: 40_000 } }, "objectLock.days: must be at most 36500, S3's limit"],
  [
    "an expiry that nobody held against the retention",
    { lifecycle: { expireAfterDays: 60 } },
    "lifecycle.longestRetention: is missing: with expireAfterDays, say the longest for which a backup in this bucket is kept",
  ],
  [
    "a retention without an expiry",
    { lifecycle: { longestRetention: "35d" } },
    "lifecycle.longestRetention: has no meaning without expireAfterDays",
  ],
  [
    "an expiry before backups may go",
    { lifecycle: { expireAfterDays: 30, longestRetention: "35d" } },
    "lifecycle: expireAfterDays is 30; the retention keeps backups for up to 42 days",
  ],
  [
    "an expiry before the lock ends",
    { objectLock: { days: 90 }, lifecycle: { expireAfterDays: 60, longestRetention: "35d" } },
    "lifecycle: expireAfterDays is 60, but Object Lock keeps every object for 90 days: say 90 or more, or leave it out",
  ],
  [
    "Standard-IA before S3 moves anything there",
    { lifecycle: { infrequentAccessAfterDays: 7 } },
    "lifecycle: infrequentAccessAfterDays is 7; S3 moves nothing to Standard-IA before 30 days",
  ],
  [
    "Glacier too soon after Standard-IA",
    { lifecycle: { infrequentAccessAfterDays: 30, glacierAfterDays: 45 } },
    "lifecycle: glacierAfterDays is 45; objects stay in Standard-IA for at least 30 days",
  ],
  [
    "a Glacier class that no drill could read at once",
    misuse({ lifecycle: { flexibleRetrievalAfterDays: 30 } }),
    "lifecycle.flexibleRetrievalAfterDays: no such setting; look for a typing error",
  ],
  [
    "days that are none",
    { lifecycle: { noncurrentDays: 0 } },
    "lifecycle: noncurrentDays is 0; it must be a whole number of days, at least 1",
  ],
  [
    "replication to itself",
    { replication: { ...copies, bucket: "shop-backups" } },
    'replication.bucket: "shop-backups" is this bucket itself; name another one, in another region or account',
  ],
  [
    "replication to the same region and account",
    { replication: { ...copies, region: "eu-central-1" } },
    'replication.region: "eu-central-1" is this bucket\'s region, and the account is the same: what takes one copy takes the other',
  ],
  [
    "replication from AWS to AWS China",
    { replication: { ...copies, region: "cn-north-1" } },
    "replication.region: S3 does not replicate from aws to aws-cn",
  ],
  [
    "replication to no account",
    { replication: { ...copies, accountId: "1" } },
    "replication.accountId: must be an AWS account's number",
  ],
  [
    "replication of encrypted objects without a key for the copies",
    { encryption: KMS, replication: copies },
    "replication.kmsKeyArn: is missing: S3 replicates what is encrypted by KMS only with a key for the copies, in eu-west-1",
  ],
  [
    "a key for copies of what no key encrypts",
    { replication: { ...copies, kmsKeyArn: KEY("eu-west-1") } },
    'replication.kmsKeyArn: has no meaning for encryption.kind "sse-s3"',
  ],
  [
    "a key for the copies in this bucket's region",
    { encryption: KMS, replication: { ...copies, kmsKeyArn: KEY("eu-central-1") } },
    "replication.kmsKeyArn: is a key in eu-central-1, but the bucket is in eu-west-1",
  ],
  [
    "access logs in itself",
    { accessLogs: { bucket: "shop-backups" } },
    'accessLogs.bucket: "shop-backups" is this bucket itself: each log would be a request to log; name another bucket',
  ],
  [
    "a bucket that nobody can use",
    { irsa: undefined },
    "nobody could use the bucket: give irsa with the cluster's OIDC provider, or podIdentity with its name",
  ],
  [
    "an issuer instead of a provider",
    { irsa: { oidcProviderArn: `https://${ISSUER}` } },
    "irsa.oidcProviderArn: must be an IAM OIDC provider's ARN",
  ],
  [
    "a provider of another account",
    { irsa: { oidcProviderArn: `arn:aws:iam::999900001111:oidc-provider/${ISSUER}` } },
    "irsa.oidcProviderArn: belongs to the account 999900001111, but the roles are made in 111122223333",
  ],
  ["no cluster", { podIdentity: { clusterName: "" } }, "podIdentity.clusterName: must not be empty"],
  [
    "a cluster in no region",
    { podIdentity: { clusterName: "a", region: "b" } },
    'podIdentity.region: "b" is no region of AWS',
  ],
  ["nobody who writes", { writers: [] }, "writers: must name one service account at least"],
  ["nobody who drills", { drills: [] }, "drills: must name one service account at least"],
  [
    "every pod of a namespace as a writer",
    { writers: [account("*")] },
    'writers.0.name: "*" would give the role to every pod of the namespace',
  ],
  [
    "a service account's name that is none",
    { writers: [account("Orders Backup")] },
    'writers.0.name: "Orders Backup" is no service account\'s name',
  ],
  [
    "drills where backups are written",
    { drills: [account("orders-drill")] },
    "drills.0.namespace: \"shop\" is also a writer's or a pruner's: drills have a namespace of their own",
  ],
  [
    "one service account for two roles",
    { pruners: [account("orders-backup")] },
    'pruners.0.name: "orders-backup" is also a writer: a service account has one role; name another for pruning',
  ],
  [
    "patterns for EKS Pod Identity",
    { podIdentity: { clusterName: "shop" }, writers: [account("orders-*")] },
    'writers.0.name: "orders-*" is a pattern, which EKS Pod Identity does not know: name each service account, or use irsa alone',
  ],
  ["role names that IAM refuses", { roleNamePrefix: "a/b" }, 'roleNamePrefix: "a/b" cannot begin a role\'s name'],
  [
    "role names that are too long",
    { roleNamePrefix: "p".repeat(53) },
    "roleNamePrefix: makes a role's name of 65 characters; IAM allows 64: give a shorter prefix",
  ],
];

describe("S3BackupStorage refuses", () => {
  for (const [what, changes, problem] of REFUSALS)
    it(what, () => {
      const [first, ...lines] = refused(changes).split("\n");
      assert.equal(first, 'S3BackupStorage "store" cannot be used as declared:');
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.ok(lines[0]?.startsWith(`  - ${problem}`), lines[0]);
    });

  it("everything that is wrong, at once", () => {
    const message = refused({
      accessLogs: { bucket: "shop-backups" },
      irsa: undefined,
      objectLock: { mode: "compliance", days: 1 },
    });
    assert.equal(message.split("\n").length, 4);
  });

  it("a key that is known only later, as soon as it is", async () => {
    const later = (kmsKeyArn: string) => ({ encryption: { kind: "sse-kms", kmsKeyArn: pulumi.output(kmsKeyArn) } });
    const rejected = new Promise<Error>((resolve) => {
      const listeners = process.listeners("unhandledRejection");
      process.removeAllListeners("unhandledRejection");
      process.once("unhandledRejection", (error) => {
        for (const listener of listeners) process.on("unhandledRejection", listener);
        resolve(error as Error);
      });
    });
    await declared(later(KEY("us-east-1"))).catch(() => undefined);
    assert.match(String(await rejected), /S3BackupStorage "store".*\n.*encryption\.kmsKeyArn: is a key in us-east-1/);
  });
});
