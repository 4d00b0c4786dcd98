import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  isYes,
  known,
  map,
  type Reading,
  read,
  readBoolean,
  readList,
  readNumber,
  readPartly,
  readString,
  unknown,
} from "../../known";
import type { Bucket } from "../../stack/facts";
import type { Recognizer } from "../../stack/recognizer";
import type { StackView } from "../../stack/view";
import { every, given, some, withDefault } from "./values";

const DAY = 86_400;

/** A resource of this name, and the deprecated twin that the provider still has. */
const both = (name: string) => [`aws:s3/b${name.slice(1)}:${name}`, `aws:s3/b${name.slice(1)}V2:${name}V2`];
const VERSIONING = both("BucketVersioning");
const ENCRYPTION = both("BucketServerSideEncryptionConfiguration");
const LIFECYCLE = both("BucketLifecycleConfiguration");
const OBJECT_LOCK = both("BucketObjectLockConfiguration");
const ACCESS_BLOCK = ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"];
const ACCOUNT_ACCESS_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";

/**
 * S3 buckets with what other resources say of them: each setting may stand in a resource of its own or, older, in the
 * bucket itself (aws.s3.Bucket; in lists, aws.s3.BucketV2).
 */
export const awsS3: Recognizer = {
  types: /^aws:s3\/bucket(V2:BucketV2|:Bucket)$/,
  buckets: (resource, view) => [bucket(resource, view)],
};

function bucket(resource: PolicyResource, view: StackView): Bucket {
  const { urn, name, props, opts } = resource;
  const of = (types: string[]) => view.referring(types, "bucket", resource, readString(props, "bucket"));
  const locked = lockEnabled(resource, of(OBJECT_LOCK));
  return {
    urn,
    name,
    what: "an S3 bucket",
    origin: view.origin(resource),
    bucket: readString(props, "bucket"),
    encrypted: encrypted(resource, of(ENCRYPTION)),
    private: isPrivate(of(ACCESS_BLOCK), view),
    // A bucket with Object Lock is versioned, and can be nothing else: "How S3 Object Lock works", Amazon S3 User Guide.
    versioned: isYes(locked) ? locked : versioned(resource, of(VERSIONING)),
    immutable: immutable(resource, of(OBJECT_LOCK)),
    lockEnabled: locked,
    expirySeconds: expirySeconds(resource, of(LIFECYCLE)),
    forceDestroy: withDefault(readBoolean(props, "forceDestroy"), false),
    protect: opts.protect,
  };
}

/** A block in the bucket itself: one object, or in a BucketV2 a list of them, mostly under a name in the plural. */
function inline(resource: PolicyResource, ...properties: string[]): unknown[] {
  return properties.flatMap((property) => {
    const value = readPartly(resource.props, property);
    if (value === undefined || given(resource, property, read(resource.props, property)).state === "absent") return [];
    return Array.isArray(value) ? value : [value];
  });
}

/**
 * Since January 2023 S3 encrypts every new object, and nobody can switch that off ("Protecting data with server-side
 * encryption"). Other servers that speak S3 do what they like: there, what is declared counts.
 */
function encrypted(resource: PolicyResource, configurations: PolicyResource[]): Reading<boolean> {
  const elsewhere = readPartly(resource.provider?.props ?? {}, "endpoints");
  if (elsewhere === undefined) return known(true);
  const declared = [
    ...configurations,
    ...inline(resource, "serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"),
  ];
  return declared.length > 0 ? known(true) : ABSENT;
}

/**
 * Public access is blocked in all four ways, by the bucket's own block or the account's. New buckets have been blocked by
 * default since April 2023, but a bucket from before is not, nor one whose block was once declared and taken away: no
 * declaration says nothing.
 */
function isPrivate(blocks: PolicyResource[], view: StackView): Reading<boolean> {
  const ways = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
  const all = [...blocks, ...view.ofType(ACCOUNT_ACCESS_BLOCK)].map((block) =>
    every(ways.map((way) => withDefault(readBoolean(block.props, way), false))),
  );
  return all.length > 0 ? some(all) : ABSENT;
}

/** Buckets are not versioned unless somebody says so: "Using versioning in S3 buckets". */
function versioned(resource: PolicyResource, satellites: PolicyResource[]): Reading<boolean> {
  return some([
    ...satellites.map(({ props }) =>
      map(readString(props, "versioningConfiguration", "status"), (status) => status === "Enabled"),
    ),
    ...inline(resource, "versioning", "versionings").map((versioning) =>
      readBoolean({ versioning }, "versioning", "enabled"),
    ),
  ]);
}

/** A satellite switches Object Lock on unless it says otherwise, which it hardly can: `Enabled` is all that it takes. */
function lockEnabled(resource: PolicyResource, satellites: PolicyResource[]): Reading<boolean> {
  const isEnabled = (owner: unknown) =>
    map(withDefault(readString(owner, "objectLockEnabled"), "Enabled"), (value) => value === "Enabled");
  const own = given(resource, "objectLockEnabled", readBoolean(resource.props, "objectLockEnabled"));
  return some([
    withDefault(own, false),
    ...satellites.map(({ props }) => isEnabled(props)),
    ...inline(resource, "objectLockConfiguration").map(isEnabled),
  ]);
}

/** A default retention: without one, each writer must lock its own objects. */
function immutable(resource: PolicyResource, satellites: PolicyResource[]): Reading<boolean> {
  const blocks = [...satellites.map(({ props }) => props), ...inline(resource, "objectLockConfiguration")];
  const retentions = blocks.flatMap((block) => [
    readPartly(block, "rule", "defaultRetention"),
    ...readList(block, "rules").flatMap((rule) => readList(rule, "defaultRetentions")),
  ]);
  const periods = retentions.flatMap((retention) => [readNumber(retention, "days"), readNumber(retention, "years")]);
  return some(
    periods.map((period) =>
      withDefault(
        map(period, (value) => value > 0),
        false,
      ),
    ),
  );
}

/** The shortest life that any rule in force gives current objects, whichever objects it is about. */
function expirySeconds(resource: PolicyResource, satellites: PolicyResource[]): Reading<number> {
  const rules = [...satellites.flatMap(({ props }) => readList(props, "rules")), ...inline(resource, "lifecycleRules")];
  const lives = rules.flatMap((rule) => {
    const status = readString(rule, "status");
    const enabled =
      status.state === "absent" ? readBoolean(rule, "enabled") : map(status, (text) => text === "Enabled");
    if (enabled.state === "known" && !enabled.value) return [];
    const expirations = [readPartly(rule, "expiration"), ...readList(rule, "expirations")];
    return expirations.map((expiration) => life(expiration)).filter(({ state }) => state !== "absent");
  });
  const shortest = lives.flatMap((reading) => (reading.state === "known" ? reading.value : []));
  if (lives.some(({ state }) => state === "unknown")) return unknown("lifecycle rules");
  return shortest.length > 0 ? known(Math.min(...shortest)) : ABSENT;
}

/** Days; at a date everything that the rule is about expires, however new. */
function life(expiration: unknown): Reading<number> {
  const days = map(readNumber(expiration, "days"), (value) => (value > 0 ? value * DAY : undefined));
  if (days.state !== "absent") return days;
  return map(readString(expiration, "date"), (date) => (date === "" ? undefined : 0));
}
