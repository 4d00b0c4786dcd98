import assert from "node:assert/strict";
import { configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { format } from "../../../../policies/message";
import { rule, storageIsProtected } from "../../../../policies/rules/storage-is-protected";
import { UNCONFIGURED } from "../../../../policies/settings";
import type { Bucket, Store } from "../../../../policies/stack/facts";
import { aBackup, aBucket, aStore, BACKUP_URN, BUCKET_URN, findings, gateIn, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

const ID = "app/orders (ScheduledBackup nightly)";
const bucket = (changes: Partial<Bucket>, config: object = {}) =>
  findings(rule, { backups: [aBackup()], buckets: [aBucket(changes)] }, { config });
const store = (changes: Partial<Store>, buckets: Bucket[] = []) =>
  findings(rule, { backups: [aBackup({ stores: [aStore({ bucketUrns: [], ...changes })] })], buckets });

describe("storage-is-protected", () => {
  it("is silent on a bucket that is encrypted, private, versioned and locked, and on stacks without any", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, {}), []);
  });

  it("refuses a bucket without protection, with everything that is missing", () => {
    const no = known(false);
    const [finding, ...others] = bucket({ encrypted: no, private: no, versioned: no, immutable: no, lockEnabled: no });
    assert.deepEqual(others, []);
    assert.equal(finding?.urn, BUCKET_URN);
    assert.deepEqual(format(rule.name, finding as never).split("\n"), [
      `The bucket backups, which holds the backups of ${ID}, is not protected.`,
      "Reason: it is not encrypted",
      "Reason: nothing keeps the public out: public access is not blocked in all four ways",
      "Reason: it is not versioned: an object that is overwritten or deleted is gone",
      "Remedy: give it server-side encryption by default",
      "Remedy: block public access in all four ways (a BucketPublicAccessBlock for S3)",
      "Remedy: switch versioning on",
      "Page: docs/policies/storage-is-protected.md",
    ]);
  });

  for (const property of ["encrypted", "private", "versioned"] as const)
    it(`refuses a bucket of which ${property} is false, absent or unknown`, () => {
      for (const reading of [known(false), ABSENT, unknown("status")]) {
        const reasons = bucket({ [property]: reading })[0]?.reasons;
        assert.equal(reasons?.length, 1);
        assert.equal(/unknown at preview \(status\)$/.test(reasons?.[0] ?? ""), reading.state === "unknown");
      }
    });

  it("asks for a default retention where the lock is on, and everywhere if told to", () => {
    const open = { immutable: known(false), lockEnabled: known(false) };
    assert.deepEqual(bucket(open), []);
    assert.deepEqual(bucket({ ...open, lockEnabled: ABSENT }), []);
    assert.deepEqual(bucket({ ...open, lockEnabled: known(true) })[0]?.reasons, [
      "its lock is switched on without a default retention, so that nothing in it is locked",
    ]);
    assert.deepEqual(bucket({ lockEnabled: known(true), immutable: unknown("rule") })[0]?.reasons, [
      "whether its lock has a default retention is unknown at preview (rule)",
    ]);
    assert.deepEqual(bucket(open, { immutable: true })[0]?.reasons, [
      "nothing in it is immutable: it has no lock with a default retention",
    ]);
    assert.equal(bucket({ immutable: unknown("rule") }, { immutable: true }).length, 1);
    assert.deepEqual(bucket({}, { immutable: true }), []);
  });

  it("does not look at buckets without backups", () =>
    assert.deepEqual(bucket({ urn: "assets", private: known(false) }), []));

  it("does not look into buckets that this stack does not declare", () => {
    for (const kind of ["s3", "gcs", "azure", "volume", "nfs", "snapshot"] as const)
      assert.deepEqual(store({ kind, encrypted: known(false) }), []);
  });

  for (const kind of ["rds", "aws-backup", "other"] as const)
    it(`refuses a store of kind ${kind} that is not encrypted for sure`, () => {
      assert.deepEqual(store({ kind }), []);
      for (const encrypted of [known(false), ABSENT]) {
        const [finding] = store({ kind, encrypted });
        assert.equal(finding?.urn, BACKUP_URN);
        assert.equal(finding?.verdict, `${ID}: its copies are not protected where they lie.`);
        assert.match(finding?.reasons[0] ?? "", /^nothing says that .* is encrypted$/);
      }
      const [finding] = store({ kind, encrypted: unknown("storageEncrypted") });
      assert.match(finding?.reasons[0] ?? "", /^whether .* is encrypted is unknown at preview \(storageEncrypted\)$/);
    });

  it("says the same of several stores once", () => {
    const rds = aStore({ kind: "rds", bucketUrns: [], encrypted: known(false) });
    const [finding] = findings(rule, { backups: [aBackup({ stores: [rds, rds] })] });
    assert.equal(finding?.reasons.length, 1);
    assert.equal(finding?.remedies.length, 1);
  });

  it("refuses a bucket whose name is unknown where it may be one of this stack", () => {
    const name = { bucket: unknown("spec.destinationPath") };
    assert.deepEqual(store(name, [aBucket()])[0]?.reasons, [
      "which bucket it goes to is unknown at preview (spec.destinationPath), so nobody can tell whether that is protected",
    ]);
    assert.deepEqual(store(name), []);
    assert.deepEqual(store({ ...name, bucketUrns: [BUCKET_URN] }, [aBucket()]), []);
    assert.deepEqual(store({ ...name, kind: "volume" }, [aBucket()]), []);
  });

  it("looks at production, and where nobody said which environment this is", () => {
    const facts = { backups: [aBackup()], buckets: [aBucket({ private: known(false) })] };
    for (const environment of ["local", "develop", "staging"])
      assert.deepEqual(findings(rule, facts, { gate: gateIn(environment) }), []);
    assert.equal(findings(rule, facts, { gate: UNCONFIGURED }).length, 1);
  });
});

describe("storage-is-protected in a stack", () => {
  const first = (command: string[], config?: object) =>
    violations(
      storageIsProtected,
      [
        resource("kubernetes:batch/v1:CronJob", "dump", {
          metadata: { namespace: "app", name: "dump" },
          spec: {
            schedule: "0 2 * * *",
            jobTemplate: { spec: { template: { spec: { containers: [{ name: "backup", command }] } } } },
          },
        }),
      ],
      config,
    )[0]?.message;
  before(() => configureGate(UNCONFIGURED));

  it("leaves a bucket elsewhere alone, and refuses a job that says nothing of where it writes", () => {
    assert.equal(first(["sh", "-c", "pg_dump orders | aws s3 cp - s3://backups/orders"]), undefined);
    assert.match(first(["pg_dump", "orders"]) ?? "", /Reason: nothing says that what it stores is encrypted/);
    assert.match(first(["sh", UNKNOWN_STRING]) ?? "", /Reason: nothing says that what it stores is encrypted/);
  });

  it("says what is wrong with its configuration", () =>
    assert.match(first(["pg_dump"], { immutable: "yes" }) ?? "", /^This rule is configured wrongly/));
});
