import assert from "node:assert/strict";
import fc from "fast-check";
import { type LifecyclePolicy, lifecycleProblem, lifecycleRules, longestKeptDays } from "../../../model/lifecycle";
import { decideRetention } from "../../../model/retention";
import { DAY, goodAt, keptIds, policy } from "./histories";

const retention = { keepSeconds: 14 * 86_400, hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 0 };
const DEFAULTS: LifecyclePolicy = { noncurrentDays: 30, abortMultipartDays: 7 };
const problem = (changes: Partial<LifecyclePolicy>, objectLockDays?: number) =>
  lifecycleProblem({ ...DEFAULTS, ...changes }, { retention, ...(objectLockDays ? { objectLockDays } : {}) });

describe("The bucket's lifecycle", () => {
  it("expires no backup by default: a rule by age would take the last good one when backups stop", () => {
    assert.deepEqual(lifecycleRules(DEFAULTS, { retention }, "shop/"), [
      { id: "cut-off-uploads", prefix: "shop/", transitions: [], abortMultipartDays: 7 },
      { id: "removed-versions", prefix: "shop/", transitions: [], noncurrentDays: 30, removeExpiredMarkers: true },
    ]);
  });

  it("moves dumps to colder classes, and leaves manifests and evidence at hand", () => {
    const tiers = { infrequentAccessAfterDays: 30, glacierAfterDays: 60, expireAfterDays: 400 };
    assert.deepEqual(lifecycleRules({ ...DEFAULTS, ...tiers }, { retention }).slice(2), [
      {
        id: "colder-classes",
        prefix: "backups/",
        largerThanBytes: 131_072,
        transitions: [
          { afterDays: 30, storageClass: "STANDARD_IA" },
          { afterDays: 60, storageClass: "GLACIER_IR" },
        ],
      },
      { id: "expiry", prefix: "backups/", transitions: [], expireAfterDays: 400 },
    ]);
  });

  it("is never shorter than what the retention keeps", () => {
    assert.equal(longestKeptDays(retention), 12 * 31 + 7);
    assert.equal(problem({ expireAfterDays: 379 }), undefined);
    assert.match(
      problem({ expireAfterDays: 378 }) ?? "",
      /^expireAfterDays is 378; the retention keeps backups for up to 379/,
    );
    assert.throws(
      () => lifecycleRules({ ...DEFAULTS, expireAfterDays: 1 }, { retention }),
      /would take what must stay/,
    );
  });

  it("reckons a year as a leap year, and the age rule with the counts", () => {
    assert.equal(longestKeptDays({ ...retention, yearly: 7 }), 7 * 366 + 7);
    assert.equal(longestKeptDays({ ...retention, monthly: 0, keepSeconds: 400 * 86_400 }), 407);
    assert.equal(longestKeptDays({ ...retention, monthly: 0, daily: 0, weekly: 0, hourly: 25 }), 25 + 7);
    assert.equal(longestKeptDays({ ...retention, monthly: 0, weekly: 0, daily: 9 }, 7), 9 * 7 + 7);
  });

  it("is as long as any rule keeps a backup, when there is one each day", () => {
    const [last, days] = [Date.parse("2026-11-21T02:00:00Z"), 1500];
    const backups = Array.from({ length: days }, (_, index) =>
      goodAt(last - (days - 1 - index) * DAY, {}, index % 65_536),
    );
    const now = new Date(last + 12 * 3_600_000);
    fc.assert(
      fc.property(policy, (rules) => {
        const oldest = Math.min(...keptIds(decideRetention(backups, rules, { now })).map((id) => timeOf(id)));
        assert.ok((now.getTime() - oldest) / DAY <= longestKeptDays(rules));
      }),
      { numRuns: 50 },
    );
  });

  it("is never shorter than Object Lock", () => {
    assert.match(problem({ expireAfterDays: 400 }, 500) ?? "", /Object Lock keeps every object for 500 days/);
    assert.equal(problem({ expireAfterDays: 500 }, 500), undefined);
  });

  it("keeps to S3's limits: 30 days before Standard-IA, 30 more before Glacier, moves before the end", () => {
    assert.match(problem({ infrequentAccessAfterDays: 29 }) ?? "", /nothing to Standard-IA before 30 days/);
    assert.match(
      problem({ infrequentAccessAfterDays: 40, glacierAfterDays: 69 }) ?? "",
      /Glacier begins at 70 or later/,
    );
    assert.equal(problem({ infrequentAccessAfterDays: 40, glacierAfterDays: 70 }), undefined);
    assert.equal(problem({ glacierAfterDays: 1 }), undefined);
    assert.match(problem({ glacierAfterDays: 400, expireAfterDays: 400 }) ?? "", /refuses to move what is gone/);
  });

  it("takes whole days alone", () => {
    assert.match(problem({ noncurrentDays: 0 }) ?? "", /noncurrentDays is 0; it must be a whole number of days/);
    assert.match(problem({ abortMultipartDays: 1.5 }) ?? "", /abortMultipartDays is 1.5/);
  });
});

function timeOf(id: string): number {
  return Date.parse(`${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}T${id.slice(9, 11)}:${id.slice(11, 13)}:00Z`);
}
