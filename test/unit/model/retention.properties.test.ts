import assert from "node:assert/strict";
import fc from "fast-check";
import { decideRetention, type RetainedBackup } from "../../../model/retention";
import { COUNT_RULES, type CountRule } from "../../../model/retention-policy";
import { counted, DAY, growth, keptIds, larger, situation } from "./histories";

/** As many generated histories for each rule; a failure prints the smallest one that breaks it, and its seed. */
const RUNS = { numRuns: 1000 };

type Situation = ReturnType<(typeof situation)["generate"]>["value"];
const decide = ({ backups, policy, now }: Situation) => decideRetention(backups, policy, { now });
const kept = (given: Situation) => new Set(keptIds(decide(given)));
const holds = (check: (given: Situation) => void) => fc.assert(fc.property(situation, check), RUNS);

describe("Retention, in any history,", function () {
  this.timeout(120_000);

  it("keeps the last good backup", () =>
    holds((given) => {
      const last = given.backups.findLast(counted);
      if (last) assert.ok(kept(given).has(last.id));
    }));

  it("keeps the last backup that a drill restored", () =>
    holds((given) => {
      const last = given.backups.findLast((backup) => counted(backup) && backup.drilled === "restorable");
      if (last) assert.ok(kept(given).has(last.id));
    }));

  it("keeps what a manifest or Object Lock keeps, and whatever is younger than the retention", () =>
    holds((given) => {
      const ids = kept(given);
      for (const { id, state, keepUntil, lockedUntil, completedAt, lastModified } of given.backups) {
        if (keepUntil && keepUntil > given.now) assert.ok(ids.has(id));
        if (lockedUntil && lockedUntil > given.now) assert.ok(ids.has(id));
        const age = given.now.getTime() - (completedAt ?? lastModified).getTime();
        if (state !== "unfinished" && age < given.policy.keepSeconds * 1000) assert.ok(ids.has(id));
      }
    }));

  it("keeps what a kept backup needs, and what that needs", () =>
    holds((given) => {
      const ids = kept(given);
      for (const { id, needs = [] } of given.backups)
        if (ids.has(id)) for (const need of needs) assert.ok(ids.has(need));
    }));

  it("removes nothing while no backup is good", () =>
    fc.assert(
      fc.property(situation, (given) => {
        const backups = given.backups.filter((backup) => !counted(backup));
        assert.equal(kept({ ...given, backups }).size, backups.length);
      }),
      RUNS,
    ));

  it("removes what is unfinished only a day after it was touched, and when a later one is good", () =>
    holds((given) => {
      const newest = given.backups.findLast(counted);
      for (const { backup, keep } of decide(given)) {
        if (backup.state !== "unfinished" || keep) continue;
        assert.ok(given.now.getTime() - backup.lastModified.getTime() >= DAY);
        assert.ok(newest && backup.id < newest.id);
      }
    }));

  it("removes what is damaged, or not restorable, only when a later one is good", () =>
    holds((given) => {
      const newest = given.backups.findLast(counted);
      for (const { backup, keep } of decide(given))
        if (!keep && !counted(backup)) assert.ok(newest && backup.id < newest.id);
    }));

  it("decides the same when asked again about what is left", () =>
    holds((given) => {
      const ids = kept(given);
      const left = given.backups.filter(({ id }) => ids.has(id));
      assert.deepEqual(kept({ ...given, backups: left }), ids);
    }));

  it("keeps no less by a larger policy", () =>
    fc.assert(
      fc.property(situation, growth, (given, more) => {
        const ids = kept({ ...given, policy: larger(given.policy, more) });
        for (const id of kept(given)) assert.ok(ids.has(id));
      }),
      RUNS,
    ));

  it("keeps no good backup less for one that is damaged, unfinished or not restorable", () =>
    holds((given) => {
      const without = given.backups.filter(counted);
      const ids = kept(given);
      for (const id of kept({ ...given, backups: without })) assert.ok(ids.has(id));
    }));

  it("keeps no backup less for evidence that could not be verified", () =>
    holds((given) => {
      const ids = kept(given);
      const backups = given.backups.map(({ claimed: _, ...backup }): RetainedBackup => backup);
      for (const id of kept({ ...given, backups })) assert.ok(ids.has(id));
    }));

  it("decides the same in whatever order the backups are given", () =>
    fc.assert(
      fc.property(situation, fc.infiniteStream(fc.nat()), (given, numbers) => {
        const shuffled = given.backups
          .map((backup) => ({ backup, at: numbers.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ backup }) => backup);
        assert.deepEqual(decide({ ...given, backups: shuffled }), decide(given));
      }),
      RUNS,
    ));

  it("gives every backup exactly one decision, with a reason", () =>
    holds((given) => {
      const decisions = decide(given);
      assert.deepEqual(decisions.map(({ backup }) => backup.id).sort(), given.backups.map(({ id }) => id).sort());
      for (const { reasons } of decisions) assert.ok(reasons.length > 0);
    }));

  it("keeps of those that a drill restored what it would keep without the others: no undrilled backup pushes one out", () =>
    holds((given) => {
      const alone = {
        ...given,
        backups: given.backups.filter(({ state, drilled }) => state === "good" && drilled === "restorable"),
      };
      const kept = new Set(decide(given).flatMap(({ keep, backup }) => (keep ? [backup.id] : [])));
      const counted = ({ reasons }: { reasons: string[] }) => reasons.some((reason) => /\(\w+ly \d+ of/.test(reason));
      for (const decision of decide(alone).filter(counted)) assert.ok(kept.has(decision.backup.id), decision.backup.id);
    }));

  for (const rule of COUNT_RULES)
    it(`keeps by "${rule}" the newest good backup of exactly as many periods as there are, up to its count`, () =>
      holds((given) => {
        const periods = periodsByHand(given, rule);
        const expected = [...periods.values()].slice(-given.policy[rule] || periods.size);
        // Those that a drill restored are counted once more, among themselves.
        const byRule = (reason: string) => reason.includes(`(${rule} `) && !reason.endsWith(" restored");
        const named = decide(given).filter(({ reasons }) => reasons.some(byRule));
        assert.deepEqual(
          named.map(({ backup }) => backup.id),
          given.policy[rule] === 0 ? [] : expected,
        );
      }));
});

/** The newest good backup of each period, oldest first: reckoned in another way than the code does. */
function periodsByHand({ backups, policy }: Situation, rule: CountRule): Map<string, string> {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: policy.timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    timeZoneName: "longOffset",
  });
  const periods = new Map<string, string>();
  for (const backup of backups.filter(counted)) {
    const parts = Object.fromEntries(format.formatToParts(backup.snapshotAt).map(({ type, value }) => [type, value]));
    const { year, month, day, hour, timeZoneName } = parts;
    const monday = new Date(`${year}-${month}-${day}T00:00:00Z`);
    while (monday.getUTCDay() !== 1) monday.setUTCDate(monday.getUTCDate() - 1);
    const key = {
      hourly: `${year}-${month}-${day} ${hour} ${timeZoneName}`,
      daily: `${year}-${month}-${day}`,
      weekly: monday.toISOString(),
      monthly: `${year}-${month}`,
      yearly: `${year}`,
    }[rule];
    periods.set(key, backup.id);
  }
  return periods;
}
