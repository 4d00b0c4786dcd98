import assert from "node:assert/strict";
import { configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { format } from "../../../../policies/message";
import { retentionIsSufficient, rule } from "../../../../policies/rules/retention-is-sufficient";
import { UNCONFIGURED } from "../../../../policies/settings";
import type { Backup, Bucket } from "../../../../policies/stack/facts";
import { aBackup as aDescriptor } from "../../../policy/support/evidence";
import { aBackup, aBucket, BACKUP_URN, findings, gateIn, safeFacts } from "../facts";
import { component, resource, UNKNOWN_STRING, violations } from "../stack";

const DAY = 86_400;
const ID = "app/orders (ScheduledBackup nightly)";
const NOTHING: Backup["retention"] = { count: ABSENT, seconds: ABSENT, elsewhere: false };
const kept = (retention: Partial<Backup["retention"]>, config: object = {}) =>
  findings(rule, { backups: [aBackup({ retention: { ...NOTHING, ...retention } })] }, { config });
const inBucket = (bucket: Partial<Bucket>, retention: Partial<Backup["retention"]> = { seconds: known(30 * DAY) }) =>
  findings(rule, {
    backups: [aBackup({ retention: { ...NOTHING, ...retention } })],
    buckets: [aBucket({ ...bucket })],
  });

describe("retention-is-sufficient", () => {
  it("is silent on backups that are kept for thirty days, and on stacks without any", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, {}), []);
  });

  it("refuses a backup that keeps too few, for too short", () => {
    const [finding, ...others] = kept({ count: known(3), seconds: known(3 * DAY) });
    assert.deepEqual(others, []);
    assert.equal(finding?.urn, BACKUP_URN);
    assert.deepEqual(format(rule.name, finding as never).split("\n"), [
      `${ID}: backups are not kept for long enough, and 7 backups or 7 days are needed.`,
      "Reason: it keeps 3 backups",
      "Reason: it keeps backups for 3d",
      "Remedy: raise its retention",
      "Page: docs/policies/retention-is-sufficient.md",
    ]);
  });

  it("takes enough backups or enough days, to the second", () => {
    assert.deepEqual(kept({ count: known(7) }), []);
    assert.deepEqual(kept({ seconds: known(7 * DAY) }), []);
    assert.deepEqual(kept({ count: known(7), seconds: known(DAY) }), []);
    assert.deepEqual(kept({ count: unknown("spec.keep"), seconds: known(7 * DAY) }), []);
    assert.deepEqual(kept({ seconds: known(Number.POSITIVE_INFINITY) }), []);
    assert.equal(kept({ count: known(6) }).length, 1);
    assert.equal(kept({ seconds: known(7 * DAY - 1) }).length, 1);
  });

  it("takes what the configuration asks for", () => {
    assert.equal(kept({ seconds: known(7 * DAY) }, { days: 30 }).length, 1);
    assert.equal(kept({ count: known(1) }, { count: 1 }).length, 0);
    assert.match(
      kept({ count: known(1) }, { count: 2, days: 1 })[0]?.verdict ?? "",
      /and 2 backups or 1 day are needed\.$/,
    );
  });

  it("refuses a backup of which nothing says how many are kept, unless that is said elsewhere", () => {
    assert.deepEqual(kept({})[0]?.reasons, ["nothing says how many backups are kept"]);
    assert.deepEqual(kept({ elsewhere: true }), []);
    assert.equal(kept({ elsewhere: true, count: known(1) }).length, 1);
  });

  it("refuses what is unknown, elsewhere too", () => {
    for (const elsewhere of [false, true]) {
      const finding = kept({ elsewhere, count: unknown("spec.keep"), seconds: unknown("spec.ttl") })[0];
      assert.equal(
        finding?.verdict,
        `${ID}: nobody can tell for how long backups are kept, and 7 backups or 7 days are needed.`,
      );
      assert.deepEqual(finding?.reasons, [
        "how many backups it keeps is unknown at preview (spec.keep)",
        "for how long it keeps backups is unknown at preview (spec.ttl)",
      ]);
    }
    assert.deepEqual(kept({ count: known(2), seconds: unknown("spec.ttl") })[0]?.reasons, [
      "it keeps 2 backups",
      "for how long it keeps backups is unknown at preview (spec.ttl)",
    ]);
  });

  it("does not look at the first environments, and looks where nobody said which one this is", () => {
    const facts = { backups: [aBackup({ retention: NOTHING })] };
    for (const environment of ["local", "develop"])
      assert.deepEqual(findings(rule, facts, { gate: gateIn(environment) }), []);
    for (const gate of [gateIn("staging"), gateIn("production"), UNCONFIGURED])
      assert.equal(findings(rule, facts, { gate }).length, 1);
  });
});

describe("retention-is-sufficient and the bucket's lifecycle", () => {
  it("refuses a bucket that expires objects before the backup lets go of them", () => {
    const [finding, ...others] = inBucket({ expirySeconds: known(14 * DAY) });
    assert.deepEqual(others, []);
    assert.deepEqual(format(rule.name, finding as never).split("\n"), [
      `${ID}: the bucket backups expires objects before they may go.`,
      "Reason: its lifecycle rules expire objects after 14d, and the backup keeps them for 30d",
      "Remedy: let the bucket's lifecycle rules expire objects later than the backup's own retention, or not at all",
      "Page: docs/policies/retention-is-sufficient.md",
    ]);
  });

  it("is silent when objects expire with the backup's retention, later, or never", () => {
    for (const expirySeconds of [known(30 * DAY), known(90 * DAY), ABSENT])
      assert.deepEqual(inBucket({ expirySeconds }), []);
  });

  it("holds the bucket to the days that are needed where only a number of backups is known, or nothing", () => {
    for (const retention of [{ count: known(30) }, { elsewhere: true }, { seconds: known(Number.POSITIVE_INFINITY) }]) {
      assert.deepEqual(inBucket({ expirySeconds: known(7 * DAY) }, retention), []);
      assert.deepEqual(inBucket({ expirySeconds: known(5 * DAY) }, retention)[0]?.reasons, [
        "its lifecycle rules expire objects after 5d, and backups are needed for 7d",
      ]);
    }
  });

  it("refuses a lifecycle that is unknown, once", () => {
    const expirySeconds = unknown("rules.0.expiration.days");
    const [finding] = inBucket({ expirySeconds });
    assert.match(finding?.verdict ?? "", /: nobody can tell whether the bucket backups expires objects/);
    assert.deepEqual(finding?.reasons, [
      "after how long its lifecycle rules expire objects is unknown at preview (rules.0.expiration.days), and the backup keeps them for 30d",
    ]);
    assert.equal(inBucket({ expirySeconds }, { seconds: expirySeconds }).length, 1);
  });

  it("looks only at buckets in which the backup lies", () =>
    assert.deepEqual(inBucket({ urn: "another", expirySeconds: known(DAY) }), []));
});

describe("retention-is-sufficient in a stack", () => {
  const first = (env: object[]) =>
    violations(retentionIsSufficient, [
      resource("kubernetes:batch/v1:CronJob", "dump", {
        metadata: { namespace: "app", name: "dump" },
        spec: {
          schedule: "0 2 * * *",
          jobTemplate: { spec: { template: { spec: { containers: [{ command: ["pg_dump"], env }] } } } },
        },
      }),
    ])[0]?.message;
  before(() => configureGate(UNCONFIGURED));

  it("reads what a CronJob says of it", () => {
    assert.equal(first([{ name: "BACKUP_KEEP_DAYS", value: "14" }]), undefined);
    assert.match(first([{ name: "BACKUP_KEEP_DAYS", value: "3" }]) ?? "", /Reason: it keeps backups for 3d/);
    assert.match(first([]) ?? "", /Reason: nothing says how many backups are kept/);
    const unknownDays = first([{ name: "BACKUP_KEEP_DAYS", value: UNKNOWN_STRING }]);
    assert.match(unknownDays ?? "", /Reason: for how long it keeps backups is unknown at preview/);
  });

  it("reads a LogicalBackup's descriptor", () => {
    const declared = (descriptor: unknown) => violations(retentionIsSufficient, [component("backup", "b", descriptor)]);
    assert.deepEqual(declared(aDescriptor("production")), []);
    const short = declared(aDescriptor("production", { retentionSeconds: DAY }))[0]?.message;
    assert.match(short ?? "", /Remedy: raise the retention of the LogicalBackup/);
    assert.match(declared(UNKNOWN_STRING)[0]?.message ?? "", /is unknown at preview/);
  });
});
