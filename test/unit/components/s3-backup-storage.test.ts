import { strict as assert } from "node:assert";
import {
  LogicalBackup,
  RestoreDrill,
  S3BackupStorage,
  type S3BackupStorageArgs,
  s3StorageAccess,
} from "../../../components";
import { storageDescriptorSchema } from "../../../model/descriptor";
import { run } from "./declare";
import { backup, drill, s3Storage } from "./examples";
import { declared, KEY, TYPE } from "./s3-storage";

/**
 * Nothing here can reach AWS: the bucket and what belongs to it are seen through Pulumi's mocks, document by document.
 * How the agent gets on with a server that speaks S3 is shown on real ones in the end-to-end tests.
 */
describe("S3BackupStorage", () => {
  it("makes a bucket with all that guards it, and two roles", async () => {
    assert.deepEqual((await declared()).list(), [
      "aws:iam/role:Role store-drill",
      "aws:iam/role:Role store-writer",
      "aws:iam/rolePolicy:RolePolicy store-drill",
      "aws:iam/rolePolicy:RolePolicy store-writer",
      "aws:s3/bucket:Bucket store",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration store-lifecycle",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls store-ownership",
      "aws:s3/bucketPolicy:BucketPolicy store-policy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock store-public-access",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration store-encryption",
      "aws:s3/bucketVersioning:BucketVersioning store-versioning",
      `${TYPE.component} store`,
    ]);
  });

  it("makes what each option asks for, and nothing else", async () => {
    const all: Partial<S3BackupStorageArgs> = {
      encryption: { kind: "sse-kms" },
      objectLock: { days: 14 },
      replication: { bucket: "shop-copies", region: "eu-west-1", kmsKeyArn: KEY("eu-west-1") },
      accessLogs: { bucket: "shop-logs" },
      podIdentity: { clusterName: "shop" },
      pruners: [{ namespace: "shop", name: "orders-prune" }],
    };
    const less = (await declared()).list();
    const more = (await declared(all)).list();
    assert.deepEqual(
      more.filter((resource) => !less.includes(resource)),
      [
        "aws:eks/podIdentityAssociation:PodIdentityAssociation store-drill-shop-drill-orders-drill",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation store-pruner-shop-orders-prune",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation store-writer-shop-orders-backup",
        "aws:iam/role:Role store-pruner",
        "aws:iam/role:Role store-replication",
        "aws:iam/rolePolicy:RolePolicy store-pruner",
        "aws:iam/rolePolicy:RolePolicy store-replication",
        "aws:kms/key:Key store-key",
        "aws:s3/bucketLogging:BucketLogging store-access-logs",
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration store-object-lock",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig store-replication",
      ],
    );
    assert.equal(more.length, less.length + 11);
  });

  it("closes the bucket to the public, in its region, with versions, owned by its account alone", async () => {
    const program = await declared();
    const of = { bucket: "shop-backups", region: "eu-central-1" };
    assert.deepEqual(program.get(TYPE.bucket, "store").inputs, { ...of, forceDestroy: false });
    assert.deepEqual(program.get(TYPE.publicAccess, "store-public-access").inputs, {
      ...of,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(program.get(TYPE.ownership, "store-ownership").inputs, {
      ...of,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    assert.deepEqual(program.get(TYPE.versioning, "store-versioning").inputs, {
      ...of,
      versioningConfiguration: { status: "Enabled" },
    });
  });

  it("protects the bucket and the key that it made, unless told otherwise, and nothing else", async () => {
    const kept = async (changes: Partial<S3BackupStorageArgs>) =>
      (await declared({ encryption: { kind: "sse-kms" }, ...changes })).resources.flatMap(({ type, protect }) =>
        protect ? type : [],
      );
    assert.deepEqual((await kept({})).sort(), [TYPE.key, TYPE.bucket].sort());
    assert.deepEqual(await kept({ deletionProtection: false }), []);
  });

  describe("encrypts", () => {
    const rule = async (changes: Partial<S3BackupStorageArgs>) =>
      (await declared(changes)).get(TYPE.encryption, "store-encryption").inputs.rules;

    it("with S3's own keys by default, and never with one that a client brings along", async () => {
      assert.deepEqual(await rule({}), [
        { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, blockedEncryptionTypes: ["SSE-C"] },
      ]);
    });

    it("with the key that is named", async () => {
      const key = KEY("eu-central-1");
      const encryption = { kind: "sse-kms", kmsKeyArn: key };
      assert.deepEqual(await rule({ encryption }), [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key },
          bucketKeyEnabled: true,
          blockedEncryptionTypes: ["SSE-C"],
        },
      ]);
      assert.ok(!(await declared({ encryption })).list().includes("aws:kms/key:Key store-key"));
    });

    it("with a key made for it, which is rotated, and gone only 30 days after it was deleted", async () => {
      const program = await declared({ encryption: { kind: "sse-kms" } });
      assert.deepEqual(program.get(TYPE.key, "store-key").inputs, {
        description: "Restorable: encrypts the backup bucket shop-backups",
        region: "eu-central-1",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
      });
      const [{ applyServerSideEncryptionByDefault }] = program.get(TYPE.encryption, "store-encryption").inputs.rules;
      assert.equal(applyServerSideEncryptionByDefault.kmsMasterKeyId, KEY("eu-central-1"));
    });
  });

  it("locks what is stored, in a bucket that was made for it", async () => {
    const program = await declared({ objectLock: { days: 14 } });
    assert.equal(program.get(TYPE.bucket, "store").inputs.objectLockEnabled, true);
    const lock = (p: typeof program) => p.get(TYPE.objectLock, "store-object-lock").inputs.rule.defaultRetention;
    assert.deepEqual(lock(program), { mode: "GOVERNANCE", days: 14 });
    const objectLock = { mode: "compliance", days: 30, acknowledgeIrrevocable: true };
    assert.deepEqual(lock(await declared({ objectLock })), { mode: "COMPLIANCE", days: 30 });
  });

  it("logs requests to another bucket, below the bucket's own name unless told otherwise", async () => {
    const logs = async (accessLogs: S3BackupStorageArgs["accessLogs"]) => {
      const { inputs } = (await declared({ accessLogs })).get(TYPE.logging, "store-access-logs");
      return [inputs.targetBucket, inputs.targetPrefix];
    };
    assert.deepEqual(await logs({ bucket: "shop-logs" }), ["shop-logs", "shop-backups/"]);
    assert.deepEqual(await logs({ bucket: "shop-logs", prefix: "s3/" }), ["shop-logs", "s3/"]);
  });

  describe("removes by lifecycle", () => {
    const rules = async (changes: Partial<S3BackupStorageArgs>) =>
      (await declared(changes)).get(TYPE.lifecycle, "store-lifecycle").inputs.rules;
    const cutOff = (days: number, prefix = "") => ({
      id: "cut-off-uploads",
      status: "Enabled",
      filter: { prefix },
      abortIncompleteMultipartUpload: { daysAfterInitiation: days },
    });
    const removed = (noncurrentDays: number, prefix = "") => ({
      id: "removed-versions",
      status: "Enabled",
      filter: { prefix },
      expiration: { expiredObjectDeleteMarker: true },
      noncurrentVersionExpiration: { noncurrentDays },
    });

    it("only what was removed before, after 30 days, and uploads that were cut off, after a week", async () => {
      assert.deepEqual(await rules({}), [cutOff(7), removed(30)]);
      const lifecycle = { noncurrentDays: 90, abortMultipartDays: 2 };
      assert.deepEqual(await rules({ lifecycle, prefix: "shop/" }), [cutOff(2, "shop/"), removed(90, "shop/")]);
    });

    it("moves dumps to colder classes that can still be read at once", async () => {
      const lifecycle = { infrequentAccessAfterDays: 30, glacierAfterDays: 90 };
      assert.deepEqual((await rules({ lifecycle })).slice(2), [
        {
          id: "colder-classes",
          status: "Enabled",
          filter: { and: { prefix: "backups/", objectSizeGreaterThan: 131072 } },
          transitions: [
            { days: 30, storageClass: "STANDARD_IA" },
            { days: 90, storageClass: "GLACIER_IR" },
          ],
        },
      ]);
    });

    it("backups, when that is asked for, later than they are kept", async () => {
      const lifecycle = { expireAfterDays: 60, longestRetention: "35d" };
      assert.deepEqual((await rules({ lifecycle, prefix: "shop/" })).slice(2), [
        { id: "expiry", status: "Enabled", filter: { prefix: "shop/backups/" }, expiration: { days: 60 } },
      ]);
    });
  });

  it("tells policies what it is, at preview", async () => {
    const registered = (await declared({}, { preview: true })).registered[`${TYPE.component} store`] as Record<
      string,
      unknown
    >;
    assert.deepEqual(storageDescriptorSchema.parse(registered.descriptor), {
      kind: "storage",
      version: 1,
      storage: "s3",
      endpoint: "https://s3.eu-central-1.amazonaws.com",
      bucket: "shop-backups",
      tls: true,
      encrypted: true,
      writers: ["bucket shop-backups"],
      readers: ["bucket shop-backups"],
    });
  });

  it("is in the partition of its region", async () => {
    const region = "cn-north-1";
    const program = await declared({
      region,
      irsa: {
        oidcProviderArn: "arn:aws-cn:iam::111122223333:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/0F",
      },
    });
    const { descriptor, writer } = program.registered[`${TYPE.component} store`] as {
      descriptor: { endpoint: string };
      writer: { roleArn: string };
    };
    assert.equal(descriptor.endpoint, "https://s3.cn-north-1.amazonaws.com.cn");
    assert.equal(writer.roleArn, "arn:aws-cn:iam::111122223333:role/store-writer");
  });

  describe("gives access", () => {
    const own = { kind: "s3", bucket: "shop-backups", region: "eu-central-1", owner: "111122223333" };
    const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

    it("as plain values: with IRSA the role, one for both uses of a drill", () => {
      const args = s3Storage({ pruners: [{ namespace: "shop", name: "prune" }] });
      assert.deepEqual(s3StorageAccess("store", args, "writer"), { ...own, roleArn: role("store-writer") });
      assert.deepEqual(s3StorageAccess("store", args, "reader"), { ...own, roleArn: role("store-drill") });
      assert.deepEqual(s3StorageAccess("store", args, "evidence"), { ...own, roleArn: role("store-drill") });
      assert.deepEqual(s3StorageAccess("store", args, "pruner"), { ...own, roleArn: role("store-pruner") });
      const prefixed = s3StorageAccess("store", { ...args, roleNamePrefix: "staging-store" }, "writer");
      assert.equal(prefixed.roleArn, role("staging-store-writer"));
    });

    it("without a role for EKS Pod Identity, which knows it", () => {
      const args = s3Storage({ irsa: undefined, podIdentity: { clusterName: "shop" } });
      assert.deepEqual(s3StorageAccess("store", args, "writer"), own);
    });

    it("as outputs that say the same", async () => {
      const args = s3Storage({ pruners: [{ namespace: "shop", name: "prune" }] });
      const registered = (await declared(args)).registered[`${TYPE.component} store`] as Record<string, unknown>;
      for (const use of ["writer", "reader", "evidence", "pruner"] as const)
        assert.deepEqual(registered[use], s3StorageAccess("store", args, use));
    });

    it("to nobody who prunes, when nobody was named", async () => {
      assert.throws(
        () => s3StorageAccess("store", s3Storage(), "pruner"),
        /pruners: is empty.*name the service accounts/,
      );
      const registered = (await declared()).registered[`${TYPE.component} store`] as Record<string, unknown>;
      assert.equal(registered.pruner, undefined);
    });

    it("that LogicalBackup and RestoreDrill take, and whose roles their service accounts name", async () => {
      const args = s3Storage();
      const program = await run(() => {
        new LogicalBackup("orders-backup", backup({ storage: s3StorageAccess("store", args, "writer") }));
        const [reader, evidence] = (["reader", "evidence"] as const).map((use) => s3StorageAccess("store", args, use));
        new RestoreDrill("orders-drill", drill({ reader, evidence }));
      });
      const annotation = (name: string) =>
        program.get("kubernetes:core/v1:ServiceAccount", name).inputs.metadata.annotations[
          "eks.amazonaws.com/role-arn"
        ];
      assert.equal(annotation("orders-backup"), role("store-writer"));
      assert.equal(annotation("orders-drill"), role("store-drill"));
    });
  });

  it("is refused when the provider works in another account", async () => {
    const call = () => ({ accountId: "999900001111" });
    const rejected = new Promise<Error>((resolve) => {
      const listeners = process.listeners("unhandledRejection");
      process.removeAllListeners("unhandledRejection");
      process.once("unhandledRejection", (error) => {
        for (const listener of listeners) process.on("unhandledRejection", listener);
        resolve(error as Error);
      });
    });
    await run(() => new S3BackupStorage("store", s3Storage()), { call }).catch(() => undefined);
    assert.match(
      String(await rejected),
      /accountId: is 111122223333, but the AWS provider's credentials are of the account 999900001111/,
    );
  });
});
