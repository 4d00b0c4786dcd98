import assert from "node:assert/strict";
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { brokenPromises, type CheckResult, checkBucket } from "../../catalog/storage-check";
import { readS3Access, type S3Access } from "../../lab";
import { layout } from "../../model/layout";
import { promisesRequired, STORAGE_USES, type StorageUse } from "../../model/storage-promises";
import type { Bucket } from "../../store/s3-store";
import { Minio } from "./support/minio";
import { withOwnIdentity } from "./support/own-identity";
import { World } from "./support/world";

type Keys = Partial<Record<StorageUse, Bucket>>;

const check = async (keys: Keys) => {
  const uses = STORAGE_USES.filter((use) => keys[use]);
  return (await checkBucket(keys, "", promisesRequired("bucket", uses))).results;
};
const one = (results: CheckResult[], id: string) => {
  const result = results.find((candidate) => candidate.id === id);
  assert.ok(result, `${id} was tried`);
  return result;
};
const answers = (results: CheckResult[]) => Object.fromEntries(results.map(({ id, kept }) => [id, kept]));
const idsOf = (results: CheckResult[]) => results.map(({ id }) => id);
const clientFor = ({ endpoint, region, credentials }: Bucket) =>
  new S3Client({ endpoint, region, credentials, forcePathStyle: true });

/** What both servers keep, set up as the lab sets them up. */
const KEPT_BY_BOTH = {
  reachable: true,
  region: true,
  clock: true,
  private: true,
  versioning: true,
  "writer-keeps-versions": true,
  "writer-leaves-evidence": true,
  "object-lock": false,
  lifecycle: false,
  "conditional-writes": true,
  checksums: true,
  "checksums-stored": true,
  multipart: true,
  "reader-reads-only": true,
  "evidence-only": true,
  "pruner-prunes": true,
  "pruner-keeps-versions": true,
};

describe("the storage check", () => {
  describe("on versitygw", () => {
    let s3: S3Access;
    const at = (change: Partial<Bucket> = {}, user: StorageUse | "root" = "root"): Bucket => {
      const { endpoint, bucket, region } = s3;
      return { endpoint, bucket, region, credentials: s3[user], ...change };
    };
    /** A bucket of root's, whose keys are all root's: for what does not depend on keys. */
    const bucket = async (name: string): Promise<{ client: S3Client; access: Bucket }> => {
      const access = at({ bucket: name });
      const client = clientFor(access);
      await client.send(new CreateBucketCommand({ Bucket: name })).catch((error: { name?: string }) => {
        if (error.name !== "BucketAlreadyOwnedByYou") throw error;
      });
      return { client, access };
    };

    before(() => {
      s3 = readS3Access();
    });

    it("finds that requests to encrypt are taken and ignored, and that all that is required is kept", async () => {
      const results = await check(Object.fromEntries(STORAGE_USES.map((use) => [use, at({}, use)])));
      assert.deepEqual(answers(results), {
        ...KEPT_BY_BOTH,
        "encryption-at-rest": false,
        "customer-keys": false,
      });
      assert.match(one(results, "encryption-at-rest").found, /takes the header and ignores it/);
      assert.match(one(results, "customer-keys").found, /was read without it/);
      assert.match(one(results, "lifecycle").found, /501 NotImplemented/);
      assert.deepEqual(brokenPromises(results), []);
    });

    it("leaves no object and no upload behind, only versions that its keys may not delete", async () => {
      const client = clientFor(at());
      const [Bucket, Prefix] = [s3.bucket, "backups/.restorable-check/"];
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
      assert.deepEqual(Contents, []);
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
      assert.deepEqual(Uploads, []);
      const evidence = await client.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: "evidence/.restorable-check/" }),
      );
      assert.deepEqual([...(evidence.Versions ?? []), ...(evidence.DeleteMarkers ?? [])], []);
    });

    it("removes versions, too, where the key may delete them", async () => {
      const { client, access } = await bucket("check-cleaned");
      await client.send(
        new PutBucketVersioningCommand({ Bucket: access.bucket, VersioningConfiguration: { Status: "Enabled" } }),
      );
      const versions = async () => {
        const { Versions = [], DeleteMarkers = [] } = await client.send(
          new ListObjectVersionsCommand({ Bucket: access.bucket }),
        );
        return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => `${Key} ${VersionId}`);
      };
      // What a check of an earlier run, cut off, has left is not this one's.
      const before = await versions();
      const results = await check({ writer: access });
      assert.equal(one(results, "versioning").kept, true);
      assert.equal(one(results, "writer-keeps-versions").kept, false, "root may delete versions");
      assert.deepEqual(await versions(), before);
    });

    it("finds a bucket that anybody can read", async () => {
      const { client, access } = await bucket("check-public");
      const Statement = [
        { Effect: "Allow", Principal: "*", Action: ["s3:GetObject"], Resource: [`arn:aws:s3:::${access.bucket}/*`] },
        { Effect: "Allow", Principal: "*", Action: ["s3:ListBucket"], Resource: [`arn:aws:s3:::${access.bucket}`] },
      ];
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      await client.send(new PutBucketPolicyCommand({ Bucket: access.bucket, Policy }));
      const found = one(await check({ writer: access }), "private");
      assert.equal(found.kept, false);
      assert.equal(found.found, "anybody may read and list without a key");
      assert.ok(found.required);
    });

    it("finds a bucket without versioning", async () => {
      const { access } = await bucket("check-unversioned");
      const results = await check({ writer: access });
      assert.equal(one(results, "versioning").kept, false);
      assert.match(one(results, "versioning").found, /keeps no versions/);
      assert.equal(one(results, "writer-keeps-versions").kept, false);
    });

    it("finds keys that may do more than they are for", async () => {
      const results = await check({ writer: at({}, "writer"), reader: at({}, "writer"), evidence: at({}, "writer") });
      assert.equal(one(results, "reader-reads-only").found, "the reader's key may write, overwrite and delete");
      assert.match(
        one(results, "evidence-only").found,
        /is denied to write evidence, and may read backups, write backups/,
      );
      assert.deepEqual(idsOf(brokenPromises(results)), ["reader-reads-only", "evidence-only"]);
    });

    const unusable: [string, () => Bucket, RegExp][] = [
      [
        "a bucket that is not there",
        () => at({ bucket: "check-missing" }, "writer"),
        /there is no such bucket; create it/,
      ],
      ["a wrong region", () => at({ region: "eu-west-1" }, "writer"), /the bucket is in the region us-east-1/],
      [
        "an unknown access key",
        () => at({ credentials: { accessKeyId: "nobody", secretAccessKey: "x" } }),
        /does not know the access key/,
      ],
      [
        "a wrong secret key",
        () => at({ credentials: { accessKeyId: "writer", secretAccessKey: "x" } }),
        /the secret key is wrong/,
      ],
      [
        "a server that is not there",
        () => at({ endpoint: s3.endpoint.replace("7070", "7071") }),
        /check ENDPOINT and the network policies/,
      ],
    ];
    for (const [what, access, message] of unusable)
      it(`says of ${what} what to do, and tries nothing else`, async () => {
        const results = await check({ writer: access() });
        const { kept, found } = one(results, "reachable");
        assert.equal(kept, false);
        assert.match(found, message);
        for (const { id, kept } of results.slice(1)) assert.equal(kept, "unknown", id);
        const required = results.filter((result) => result.required);
        assert.deepEqual(brokenPromises(results), required, "what could not be tried counts as not kept");
      });
  });

  describe("on MinIO, over TLS", () => {
    let minio: Minio;
    const keys = (bucket: string): Keys =>
      Object.fromEntries(STORAGE_USES.map((use) => [use, minio.access(bucket, use)]));

    before(async () => {
      minio = await Minio.start("minio-tls", { tls: true });
    });
    after(() => minio?.stop());

    it("finds that it encrypts, with its own key and with a customer's, and that all that is required is kept", async () => {
      await minio.bucket("kept");
      const results = await check(keys("kept"));
      assert.deepEqual(answers(results), { ...KEPT_BY_BOTH, "encryption-at-rest": true, "customer-keys": true });
      assert.deepEqual(brokenPromises(results), []);
    });

    it("finds that keys may delete versions until that is denied by name", async () => {
      await minio.bucket("deletable", { versions: "deletable" });
      const results = await check(keys("deletable"));
      assert.deepEqual(idsOf(brokenPromises(results)), ["writer-keeps-versions", "pruner-keeps-versions"]);
      assert.match(one(results, "writer-keeps-versions").remedy ?? "", /deny s3:DeleteObjectVersion/);
    });

    it("tells which lifecycle rules there are, and that MinIO takes none for uploads that were cut off", async () => {
      await minio.bucket("lifecycle");
      const client = clientFor(minio.access("lifecycle", "root"));
      const rule = { ID: "old", Status: "Enabled" as const, Filter: { Prefix: "backups/" } };
      const put = (more: object) =>
        client.send(
          new PutBucketLifecycleConfigurationCommand({
            Bucket: "lifecycle",
            LifecycleConfiguration: { Rules: [{ ...rule, ...more }] },
          }),
        );
      await assert.rejects(put({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }));
      await put({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } });
      const { kept, found } = one(await check({ writer: minio.access("lifecycle", "writer") }), "lifecycle");
      assert.equal(kept, false);
      assert.match(found, /no rule ends uploads that were cut off below backups\/; old versions end after 90 days/);
    });

    it("leaves nothing in a bucket that locks everything for good, unless the key may ask for a short lock", async () => {
      const client = clientFor(minio.access("compliance", "root"));
      await minio.lockedBucket("compliance", "COMPLIANCE");
      const refused = await check({ writer: minio.access("compliance", "writer") });
      assert.equal(one(refused, "reachable").kept, false);
      const none = await client.send(new ListObjectVersionsCommand({ Bucket: "compliance" }));
      assert.deepEqual(none.Versions ?? [], []);

      const results = await check({ writer: minio.access("compliance", "root") });
      assert.equal(one(results, "object-lock").kept, true, one(results, "object-lock").found);
      const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: "compliance" }));
      assert.ok(Versions.length > 0, "they stay for a minute");
      for (const { Key, VersionId } of Versions) {
        const mode = await minio.lockOf("compliance", Key as string, VersionId as string);
        assert.notEqual(mode, "COMPLIANCE", Key);
      }
    });

    it("finds that a locked version cannot be deleted, whoever asks", async () => {
      await minio.lockedBucket("governance", "GOVERNANCE");
      const { kept, found } = one(await check({ writer: minio.access("governance", "root") }), "object-lock");
      assert.equal(kept, true, found);
      assert.equal(found, "GOVERNANCE for 1 days; a locked version could not be deleted");
    });
  });

  describe("in a deployment, with MinIO as the second opinion on backups and drills", () => {
    let world: World;
    let minio: Minio;
    const place = (bucket: string) => {
      const { writer, reader, evidence } = minio.users;
      return { endpoint: minio.endpoint, bucket, credentials: { writer, reader, evidence }, storageCheck: true };
    };

    before(async () => {
      world = await World.open();
      await world.loadTorture();
      minio = await Minio.start("minio", { tls: false });
    });
    after(async () => {
      await world?.deploy();
      await minio?.stop();
    });

    it("deploys where the storage keeps what is required, and backups made there pass their drill", async () => {
      await minio.bucket("backups");
      await world.deploy(place("backups"));
      const backup = await world.backUp("minio");
      assert.ok(backup.succeeded, backup.logs);
      const id = /backup (\S+) is stored/.exec(backup.logs)?.[1] as string;
      const drill = await world.drillAfter(id);
      assert.ok(drill.succeeded, drill.logs);
      const evidence = await world.evidence();
      assert.equal(evidence.backup?.id, id);
      assert.equal(evidence.passed, true);
    });

    it("is used by the pod's own identity, too, and locks what is stored, as Amazon S3 does", async () => {
      await minio.lockedBucket("locked", "GOVERNANCE");
      const locked = minio.access("locked", "root");
      const { namespace } = world.target;
      const backup = await world.backUp(
        "own-identity",
        await withOwnIdentity(namespace, World.backup, locked, minio.users.writer),
      );
      const id = /backup (\S+) is stored/.exec(backup.logs)?.[1];
      assert.ok(id, backup.logs);
      const { Versions = [] } = await clientFor(locked).send(
        new ListObjectVersionsCommand({ Bucket: "locked", Prefix: layout.backup("", world.target, id) }),
      );
      assert.equal(Versions.length, 4, "manifest, dump, roles and facts");
      for (const { Key, VersionId } of Versions)
        assert.equal(await minio.lockOf("locked", Key as string, VersionId as string), "GOVERNANCE", Key);
      // A drill's role reads backups and writes evidence: here the root key stands in for it.
      const drill = await world.drill(
        id,
        "own-identity",
        await withOwnIdentity(World.drillNamespace, World.drill, locked, minio.root),
      );
      assert.ok(drill.succeeded, drill.logs);
      const evidence = await clientFor(locked).send(
        new ListObjectVersionsCommand({ Bucket: "locked", Prefix: "evidence/" }),
      );
      assert.ok((evidence.Versions ?? []).length > 0, "its evidence is stored there, under the same lock");
    });

    it("fails a deployment to a storage that does not keep what is required, and says what is not kept", async () => {
      await minio.bucket("unsafe", { versions: "deletable" });
      await assert.rejects(world.deploy(place("unsafe")), /Not kept, but required: writer-keeps-versions/);
    });
  });
});
