import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { resource, UNKNOWN_STRING } from "../../stack";
import { aws, DAY, factsOf, from, only, unknownGiven } from "./support";

const ABSENT = { state: "absent" };
const bucket = (props: object = {}) => aws("s3/Bucket", "backups", { bucket: "backups", ...props });
/** A resource about the bucket `backups`. */
const about = (type: string, props: object) => aws(`s3/${type}`, "about", { bucket: "backups", ...props });
const factOf = (...resources: PolicyResource[]) => only(factsOf(...resources).buckets);

const BLOCKED = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const ENABLED = { versioningConfiguration: { status: "Enabled" } };

describe("S3 buckets", () => {
  it("have what the resources about them say", () => {
    const own = bucket({ objectLockEnabled: true, forceDestroy: true });
    const rule = { id: "all", status: "Enabled", expiration: { days: 90 } };
    const satellites = [
      about("BucketVersioning", ENABLED),
      about("BucketPublicAccessBlock", BLOCKED),
      about("BucketLifecycleConfiguration", { rules: [rule] }),
      about("BucketObjectLockConfiguration", { rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } } }),
    ];
    assert.deepEqual(factOf(own, ...satellites), {
      urn: own.urn,
      name: "backups",
      what: "an S3 bucket",
      origin: "foreign",
      bucket: known("backups"),
      encrypted: known(true),
      private: known(true),
      versioned: known(true),
      immutable: known(true),
      lockEnabled: known(true),
      expirySeconds: known(90 * DAY),
      forceDestroy: known(true),
      protect: false,
    });
  });

  it("say nothing of public access, and are not versioned or locked, when nothing is declared", () => {
    const { private: isPrivate, versioned, immutable, lockEnabled, expirySeconds, forceDestroy } = factOf(bucket());
    assert.deepEqual([isPrivate, expirySeconds], [ABSENT, ABSENT]);
    assert.deepEqual([versioned, immutable, lockEnabled, forceDestroy], Array(4).fill(known(false)));
  });

  it("are no different when AWS will fill in, at preview, what is left out", () => {
    const left = ["versioning", "lifecycleRules", "objectLockConfiguration", "objectLockEnabled"];
    const computed = Object.fromEntries(left.map((property) => [property, UNKNOWN_STRING]));
    assert.deepEqual(factOf(bucket(computed)), factOf(bucket()));
  });

  it("are protected by Pulumi if they say so", () => {
    const own = bucket();
    own.opts.protect = true;
    assert.equal(factOf(own).protect, true);
  });

  it("find what is about them by dependency while their name is unknown, and nothing about others", () => {
    const own = bucket({ bucket: UNKNOWN_STRING });
    const other = aws("s3/Bucket", "other", { bucket: "other" });
    const block = from(about("BucketPublicAccessBlock", { ...BLOCKED, bucket: UNKNOWN_STRING }), "bucket", own);
    const foreign = from(about("BucketVersioning", { ...ENABLED, bucket: UNKNOWN_STRING }), "bucket", other);
    const [first] = factsOf(own, other, block, foreign).buckets;
    assert.deepEqual([first?.private, first?.versioned], [known(true), known(false)]);
  });

  it("can be the deprecated twins, with satellites of either kind", () => {
    const own = aws("s3/BucketV2", "backups", { bucket: "backups" });
    const retention = { rule: { defaultRetention: { mode: "GOVERNANCE", years: 1 } } };
    const facts = factOf(
      own,
      about("BucketVersioningV2", ENABLED),
      about("BucketObjectLockConfigurationV2", retention),
    );
    assert.deepEqual([facts.versioned, facts.immutable], [known(true), known(true)]);
  });
});

describe("an S3 bucket's settings", () => {
  it("count in the bucket itself", () => {
    const facts = factOf(
      bucket({
        versioning: { enabled: true },
        lifecycleRules: [{ enabled: true, expiration: { days: 10 } }],
        objectLockConfiguration: { objectLockEnabled: "Enabled", rule: { defaultRetention: { days: 7 } } },
      }),
    );
    assert.deepEqual([facts.versioned, facts.immutable, facts.lockEnabled], Array(3).fill(known(true)));
    assert.deepEqual(facts.expirySeconds, known(10 * DAY));
  });

  it("count in the lists of a BucketV2", () => {
    const facts = factOf(
      aws("s3/BucketV2", "backups", {
        bucket: "backups",
        versionings: [{ enabled: true }],
        lifecycleRules: [{ enabled: true, expirations: [{ days: 10 }] }],
        objectLockConfiguration: { rules: [{ defaultRetentions: [{ mode: "COMPLIANCE", days: 7 }] }] },
      }),
    );
    assert.deepEqual([facts.versioned, facts.immutable, facts.lockEnabled], Array(3).fill(known(true)));
    assert.deepEqual(facts.expirySeconds, known(10 * DAY));
  });

  it("are unknown where the program gave what is unknown", () => {
    const props = { bucket: "backups" };
    const fact = (property: string) => factOf(unknownGiven("s3/Bucket", "backups", props, property));
    assert.deepEqual(fact("versioning").versioned, unknown("versioning.enabled"));
    assert.deepEqual(fact("lifecycleRules").expirySeconds, unknown("lifecycle rules"));
    assert.deepEqual(fact("objectLockEnabled").lockEnabled, unknown("objectLockEnabled"));
    assert.deepEqual(fact("objectLockConfiguration").immutable.state, "unknown");
    const block = about("BucketPublicAccessBlock", { ...BLOCKED, blockPublicPolicy: UNKNOWN_STRING });
    assert.deepEqual(factOf(bucket(), block).private, unknown("blockPublicPolicy"));
    const versioning = about("BucketVersioning", { versioningConfiguration: { status: UNKNOWN_STRING } });
    assert.deepEqual(factOf(bucket(), versioning).versioned, unknown("versioningConfiguration.status"));
  });

  it("leave it open when one way of public access is not blocked, unless the account blocks it", () => {
    const { restrictPublicBuckets: _, ...three } = BLOCKED;
    const block = about("BucketPublicAccessBlock", three);
    assert.deepEqual(factOf(bucket(), block).private, known(false));
    assert.deepEqual(factOf(bucket(), block, aws("s3/AccountPublicAccessBlock", "a", BLOCKED)).private, known(true));
  });

  it("do not version it when versioning is suspended, unless Object Lock needs it", () => {
    const suspended = about("BucketVersioning", { versioningConfiguration: { status: "Suspended" } });
    assert.deepEqual(factOf(bucket(), suspended).versioned, known(false));
    assert.deepEqual(factOf(bucket({ objectLockEnabled: true }), suspended).versioned, known(true));
  });

  it("do not make it immutable by Object Lock without a default retention", () => {
    const facts = factOf(bucket(), about("BucketObjectLockConfiguration", { objectLockEnabled: "Enabled" }));
    assert.deepEqual([facts.lockEnabled, facts.immutable], [known(true), known(false)]);
  });

  it("let objects live as long as the shortest rule in force", () => {
    const rules = (...list: object[]) =>
      factOf(bucket(), about("BucketLifecycleConfiguration", { rules: list })).expirySeconds;
    const days = (status: string, number: number) => ({ status, expiration: { days: number } });
    assert.deepEqual(rules(days("Enabled", 30), days("Enabled", 20), days("Disabled", 1)), known(20 * DAY));
    assert.deepEqual(rules({ status: "Enabled", expiration: { date: "2027-01-01T00:00:00Z" } }), known(0));
    assert.deepEqual(rules({ status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 1 } }), ABSENT);
    assert.deepEqual(rules({ status: "Enabled", expiration: { expiredObjectDeleteMarker: true } }), ABSENT);
    const later = { status: "Enabled", expiration: { days: UNKNOWN_STRING } };
    assert.deepEqual(rules(days("Enabled", 30), later), unknown("lifecycle rules"));
  });

  it("encrypt it only if declared when the server is not AWS", () => {
    const own = bucket();
    const provider = resource("pulumi:providers:aws", "minio", { endpoints: '[{"s3":"http://minio:9000"}]' });
    const elsewhere = { ...own, provider } as unknown as PolicyResource;
    assert.deepEqual(factOf(elsewhere).encrypted, ABSENT);
    const rules = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }];
    const declared = about("BucketServerSideEncryptionConfiguration", { rules });
    assert.deepEqual(factOf(elsewhere, declared).encrypted, known(true));
  });
});
