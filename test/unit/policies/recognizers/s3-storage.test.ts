import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import type { S3BackupStorageArgs } from "../../../../components";
import { known } from "../../../../policies/known";
import { restorable } from "../../../../policies/recognizers/restorable";
import { rule as copyOutsideCluster } from "../../../../policies/rules/copy-outside-cluster";
import { rule as protectedFromDeletion } from "../../../../policies/rules/protected-from-deletion";
import { rule as retentionIsSufficient } from "../../../../policies/rules/retention-is-sufficient";
import { rule as storageIsProtected } from "../../../../policies/rules/storage-is-protected";
import { indexStack } from "../../../../policies/stack/index-stack";
import { aBackup, aStorage } from "../../../policy/support/evidence";
import { TYPE, declared as underMocks } from "../../components/s3-storage";
import { aBucket, BUCKET_URN, PRODUCTION } from "../facts";
import { component, resource } from "../stack";
import { ABSENT, factsOf } from "./support/tools";

const WRITER = "bucket shop-backups";
const backup = component("backup", "orders-backup", aBackup("production", { writer: WRITER }));

/** What S3BackupStorage really declares, as a stack policy gets it at preview. */
async function stackOf(changes: Partial<S3BackupStorageArgs> = {}): Promise<PolicyResource[]> {
  const program = await underMocks(changes, { preview: true });
  const own = program.registered[`${TYPE.component} store`] as { descriptor: unknown };
  const parent = component("s3Storage", "store", own.descriptor);
  const children = program.resources
    .filter(({ type }) => type.startsWith("aws:"))
    .map(({ type, name, inputs, protect }) => {
      const child = resource(type, name, inputs, parent);
      child.opts.protect = protect;
      return child;
    });
  return [backup, parent, ...children];
}

describe("our S3BackupStorage", () => {
  it("is a bucket that is closed, encrypted, versioned and protected, and holds the backups that say so", async () => {
    const { buckets, backups, storages } = indexStack(await stackOf({ objectLock: { days: 14 } }));
    assert.equal(storages.length, 1);
    const [bucket] = buckets;
    assert.deepEqual(
      { ...bucket, urn: "" },
      {
        urn: "",
        name: "store",
        what: "an S3 bucket",
        origin: "restorable",
        bucket: known("shop-backups"),
        encrypted: known(true),
        private: known(true),
        versioned: known(true),
        immutable: known(true),
        lockEnabled: known(true),
        expirySeconds: ABSENT,
        forceDestroy: known(false),
        protect: true,
      },
    );
    assert.deepEqual(backups[0]?.stores, [
      {
        kind: "s3",
        location: known("outside"),
        bucket: known("shop-backups"),
        bucketUrns: [bucket?.urn],
        encrypted: known(true),
      },
    ]);
  });

  const rules = [storageIsProtected, protectedFromDeletion, retentionIsSufficient, copyOutsideCluster];
  const said = async (changes: Partial<S3BackupStorageArgs>, config = {}) => {
    const index = indexStack(await stackOf(changes));
    return rules.flatMap((rule) => {
      const settings = rule.config?.parse(rule === storageIsProtected ? config : {});
      const check = rule.check as (about: object) => object[];
      return check({ index, gate: PRODUCTION, now: new Date(), spoken: [], config: settings }).map(() => rule.name);
    });
  };

  it("is nothing that the rules on buckets speak of, whatever options it has", async () => {
    assert.deepEqual(await said({}), []);
    const lifecycle = { infrequentAccessAfterDays: 30, expireAfterDays: 90, longestRetention: "30d" };
    assert.deepEqual(
      await said({ encryption: { kind: "sse-kms" }, lifecycle, objectLock: { days: 14 } }, IMMUTABLE),
      [],
    );
  });

  it("is spoken of where it falls short: no lock where one is demanded, no protection, an early expiry", async () => {
    assert.deepEqual(await said({}, IMMUTABLE), ["storage-is-protected"]);
    assert.deepEqual(await said({ deletionProtection: false }), ["protected-from-deletion"]);
    const lifecycle = { expireAfterDays: 20, longestRetention: "7d" };
    assert.deepEqual(await said({ lifecycle }), ["retention-is-sufficient"]);
  });
});

const IMMUTABLE = { immutable: true };

describe("a LogicalBackup to Amazon S3", () => {
  const storeOf = (writer: string, buckets = [aBucket()]) =>
    factsOf(restorable, [component("backup", "b", aBackup("production", { writer }))], { buckets }).backups[0]
      ?.stores[0];

  it("lies outside in the bucket of that name, also when no storage component of the stack made it", () => {
    const found = { kind: "s3", location: known("outside"), bucket: known("backups"), encrypted: ABSENT };
    assert.deepEqual(storeOf("bucket backups"), { ...found, bucketUrns: [BUCKET_URN] });
    assert.deepEqual(storeOf("bucket backups", []), { ...found, bucketUrns: [] });
  });

  it("is not taken for one to a Secret's or a claim's storage, of which nothing is known", () => {
    assert.equal(storeOf("secret app/backups")?.location.state, "unknown");
    assert.equal(storeOf("claim app/backups")?.location.state, "unknown");
  });
});

describe("a volume of ours", () => {
  const stored = (endpoint: string, encrypted?: boolean) => {
    const descriptor = aStorage({
      storage: "nfs",
      endpoint,
      bucket: undefined,
      encrypted,
      writers: ["claim app/files"],
    });
    const own = component("backup", "b", aBackup("production", { writer: "claim app/files" }));
    return factsOf(restorable, [own, component("nfsStorage", "files", descriptor)]).backups[0]?.stores[0];
  };

  it("is an NFS server, outside unless it is a Service of the cluster, encrypted as it says", () => {
    assert.deepEqual(stored("nfs://files.example.com/backups"), {
      kind: "nfs",
      location: known("outside"),
      bucket: ABSENT,
      bucketUrns: [],
      encrypted: ABSENT,
    });
    assert.deepEqual(stored("nfs://files.storage.svc/backups")?.location, known("inside"));
    assert.deepEqual(stored("nfs://files.example.com/backups", true)?.encrypted, known(true));
    assert.deepEqual(stored("nfs://files.example.com/backups", false)?.encrypted, known(false));
  });
});
