import assert from "node:assert/strict";
import type { BegunPredicate, DrillPredicate } from "../../../model/evidence";
import { judge, type Verdict } from "../../../model/verdict";
import {
  aBeginning,
  aDrill,
  anExternalDrill,
  aRestorePath,
  aTestimony,
  chained,
  gateSettings,
  HOUR,
  newKeys,
  sealed,
} from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const keys = newKeys();
const settings = gateSettings(keys);
const drill = aDrill("production");

const record = (envelope: string, index: number) => ({ source: `record ${index}`, envelope });
const judged = (envelopes: string[], of = drill): Verdict =>
  judge({ ...of, evidence: envelopes.map(record) }, settings, now);
const said = (envelopes: string[], of = drill) => judged(envelopes, of).reasons.join("\n");
const kinds = (envelopes: string[], of = drill) => judged(envelopes, of).refusals.map(({ kind }) => kind);

const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
type Backup = NonNullable<DrillPredicate["backup"]>;
const ofBackup = (snapshotAt: string, changes: Partial<DrillPredicate> = {}, age = HOUR): DrillPredicate => {
  const good = aTestimony(drill, now, age);
  return { ...good, backup: { ...(good.backup as Backup), snapshotAt }, ...changes };
};
const failed = { passed: false, failures: ["rows are missing"] };
const passed = (age = HOUR) => aTestimony(drill, now, age);

describe("a chain that is shown with something left out", () => {
  const [first = "", failure = "", last = ""] = chained(
    [passed(3 * HOUR), { ...passed(2 * HOUR), ...failed }, passed()],
    keys,
  );

  it("proves when it is whole", () => {
    assert.equal(judged([first, failure, last]).decision, "allow");
    assert.equal(judged([last]).decision, "allow");
  });

  it("is refused for the failure that was cut out of its middle, and says what to give", () => {
    // The newest record was made to look like one of another restore path, so that the first one would decide.
    const other = aDrill("production", { restorePath: aRestorePath({ postgresMajor: 16 }) });
    const [good = "", , later = ""] = chained(
      [passed(3 * HOUR), { ...passed(2 * HOUR), ...failed }, aTestimony(other, now)],
      keys,
    );
    const verdict = judged([good, later]);
    assert.deepEqual(
      verdict.refusals.map(({ kind }) => kind),
      ["withheld"],
    );
    assert.match(verdict.reasons.join(), /the chain of evidence has a hole: record 1 is not shown/);
    assert.match(verdict.remedies.join(), /`s3:\/\/…` in restore-gate's `evidence`/);
  });

  it("is refused when two records stand in one place: somebody began it anew", () => {
    const [another = ""] = chained([{ ...passed(), stages: [] }], keys);
    const [only = ""] = chained([passed()], keys);
    assert.ok(kinds([only, another]).includes("withheld"));
  });

  it("is decided by its order, and not by the times in it", () => {
    const [, late = ""] = chained([passed(HOUR), { ...passed(5 * HOUR), ...failed }], keys);
    const [early = ""] = chained([passed(HOUR)], keys);
    assert.match(said([early, late]), /failed: rows are missing/);
  });
});

describe("a drill that has begun", () => {
  const beginning = (age: number) => aBeginning(drill, now, age);
  const afterPass = (...begun: BegunPredicate[]) => chained([passed(3 * HOUR), ...begun], keys);

  it("decides nothing while it is under way: else each preview during a drill would be refused", () => {
    assert.equal(judged(afterPass(beginning(HOUR / 2))).decision, "allow");
  });

  it("has failed when its time is over and it never ended: whoever kills drills does not keep the last pass", () => {
    const verdict = judged(afterPass(beginning(2 * HOUR)));
    assert.equal(verdict.decision, "reject");
    assert.match(
      verdict.reasons.join(),
      /^record 1: the drill 20261121T031000Z-5678 began at \S+ and never ended: it had until \S+$/,
    );
  });

  it("has failed as well when it is the first of all", () => {
    assert.match(said(chained([beginning(2 * HOUR)], keys)), /never ended/);
  });

  it("is done with when it has ended, or when a later drill has passed", () => {
    const begun = beginning(2 * HOUR);
    const ended = { ...passed(), drill: { ...passed().drill, id: begun.drill.id } };
    assert.equal(judged(chained([passed(3 * HOUR), begun, ended], keys)).decision, "allow");
    assert.equal(judged(chained([begun, passed()], keys)).decision, "allow");
  });

  it("says nothing of another restore path", () => {
    const other = aDrill("production", { restorePath: aRestorePath({ postgresMajor: 16 }) });
    assert.equal(judged(afterPass(aBeginning(other, now, 2 * HOUR))).decision, "allow");
  });

  it("is no evidence of anything by itself", () => {
    assert.equal(judged(chained([beginning(HOUR / 2)], keys)).standing, "unproven");
  });
});

describe("a failure with a newer backup", () => {
  it("is not taken back by a later pass of an older one", () => {
    const records = chained([ofBackup(ago(4 * HOUR), failed, 2 * HOUR), ofBackup(ago(20 * HOUR))], keys);
    assert.match(said(records), /^record 0: the drill of \S+ failed: rows are missing$/);
  });

  it("is taken back by a pass of the same backup, or of a newer one", () => {
    for (const snapshotAt of [ago(4 * HOUR), ago(3 * HOUR)])
      assert.equal(
        judged(chained([ofBackup(ago(4 * HOUR), failed, 2 * HOUR), ofBackup(snapshotAt)], keys)).decision,
        "allow",
      );
  });

  it("blocks nothing when its backup is dated ahead of its own drill, by whatever clock", () => {
    for (const days of [0.1, 1, 30, 300]) {
      const ahead = new Date(now.getTime() + days * 86_400_000).toISOString();
      const records = chained([ofBackup(ahead, failed, 2 * HOUR), ofBackup(ago(2 * HOUR))], keys);
      assert.equal(judged(records).decision, "allow", `${days} days ahead`);
    }
  });

  it("is what decides as long as nothing came after it, wherever its backup is dated", () => {
    const ahead = new Date(now.getTime() + 86_400_000).toISOString();
    assert.deepEqual(kinds(chained([ofBackup(ahead, failed)], keys)), ["failing", "future"]);
  });
});

describe("evidence that is dated ahead", () => {
  const external = anExternalDrill("production");
  const at = (age: number, changes: Partial<DrillPredicate> = {}) =>
    sealed({ ...aTestimony(external, now, age), ...changes }, keys);

  it("is refused itself", () => {
    assert.deepEqual(kinds([at(-2 * HOUR)], external as never), ["future"]);
  });

  it("neither wins over what is right nor makes it disappear", () => {
    assert.equal(judged([at(-2 * HOUR), at(HOUR)], external as never).decision, "allow");
    assert.match(said([at(-2 * HOUR), at(HOUR, failed)], external as never), /failed: rows are missing/);
  });
});

describe("evidence of other tools", () => {
  it("counts without a chain, the newest by its time", () => {
    const external = anExternalDrill("production");
    const good = sealed(aTestimony(external, now, 2 * HOUR), keys);
    assert.equal(judged([good], external as never).decision, "allow");
    const later = sealed({ ...aTestimony(external, now), ...failed }, keys);
    assert.equal(judged([good, later], external as never).decision, "reject");
  });
});
