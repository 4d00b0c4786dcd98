import assert from "node:assert/strict";
import { decideRetention, NO_END, type RetainedBackup } from "../../../model/retention";
import type { RetentionPolicy } from "../../../model/retention-policy";
import { DAY, goodAt, HOUR, idAt, keptIds } from "./histories";

const NONE: RetentionPolicy = {
  keepSeconds: 1,
  hourly: 0,
  daily: 0,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  timeZone: "UTC",
};
const NOW = new Date("2026-11-21T12:00:00Z");

const decide = (backups: RetainedBackup[], policy: Partial<RetentionPolicy> = {}, now = NOW) =>
  decideRetention(backups, { ...NONE, ...policy }, { now });
/** Each backup's time with its reasons, those that go without the word in front. */
const reasons = (backups: RetainedBackup[], policy: Partial<RetentionPolicy> = {}, now = NOW) =>
  decide(backups, policy, now).map(({ reasons: given }) => given.join("; "));

const unfinishedAt = (time: string, touched = time): RetainedBackup => ({
  id: idAt(Date.parse(time), 0),
  state: "unfinished",
  lastModified: new Date(touched),
});

describe("Retention", () => {
  it("says of every backup why it stays or goes", () => {
    const backups = [
      goodAt("2026-10-31T02:00:00Z"),
      goodAt("2026-11-19T02:00:00Z", { drilled: "restorable" }),
      goodAt("2026-11-19T14:00:00Z"),
      goodAt("2026-11-20T02:00:00Z", { keepUntil: new Date("2026-12-01T02:00:00Z") }),
      goodAt("2026-11-20T03:00:00Z"),
      goodAt("2026-11-21T02:00:00Z"),
    ];
    assert.deepEqual(reasons(backups, { keepSeconds: 86_400, daily: 2, monthly: 3 }), [
      "last of the month 2026-10 (monthly 2 of 3)",
      "last of the day 2026-11-19 (daily 1 of 2), of those that a drill restored; the last one that a drill restored",
      "goes: covered by no rule",
      "kept until 2026-12-01 02:00 UTC by its manifest",
      "last of the day 2026-11-20 (daily 2 of 2)",
      "younger than 1d; last of the day 2026-11-21 (daily 1 of 2); last of the month 2026-11 (monthly 1 of 3); the last good backup",
    ]);
  });

  it("counts only periods that have a good backup: a week without backups costs no old one", () => {
    const backups = ["2026-11-01", "2026-11-02", "2026-11-12"].map((day) => goodAt(`${day}T02:00:00Z`));
    assert.equal(keptIds(decide(backups, { daily: 3 })).length, 3);
  });

  it("keeps the newest of each period, not the first", () => {
    const backups = ["2026-11-20T01:00:00Z", "2026-11-20T23:00:00Z", "2026-11-21T01:00:00Z"].map((at) => goodAt(at));
    assert.deepEqual(keptIds(decide(backups, { daily: 2 })), [backups[1]?.id, backups[2]?.id]);
  });

  describe("keeps, whatever the rules say,", () => {
    it("the last good backup, though it is years old", () => {
      const backups = [goodAt("2020-01-01T02:00:00Z"), goodAt("2020-01-02T02:00:00Z")];
      assert.deepEqual(reasons(backups), ["goes: covered by no rule", "the last good backup"]);
    });

    it("what is under Object Lock or a legal hold", () => {
      const locked = goodAt("2025-01-01T02:00:00Z", { lockedUntil: new Date("2027-01-01T00:00:00Z") });
      const held = goodAt("2025-01-02T02:00:00Z", { lockedUntil: NO_END });
      const free = goodAt("2025-01-03T02:00:00Z", { lockedUntil: new Date("2026-01-01T00:00:00Z") });
      assert.deepEqual(reasons([locked, held, free, goodAt("2026-11-21T02:00:00Z")]).slice(0, 3), [
        "under Object Lock until 2027-01-01 00:00 UTC",
        "under a legal hold",
        "goes: covered by no rule",
      ]);
    });

    it("what a kept backup needs, and what that needs", () => {
      const [base, next, last, other] = ["01", "02", "03", "04"].map((day) => goodAt(`2026-10-${day}T02:00:00Z`));
      assert.ok(base && next && last && other);
      const backups = [base, { ...next, needs: [base.id] }, { ...last, needs: [next.id] }, other];
      const newest = goodAt("2026-11-21T02:00:00Z", { needs: [last.id] });
      assert.deepEqual(reasons([...backups, newest]), [
        `${next.id} needs it`,
        `${last.id} needs it`,
        `${newest.id} needs it`,
        "goes: covered by no rule",
        "the last good backup",
      ]);
    });

    it("the last one that a drill restored by its word alone, beside the last one that was verified", () => {
      const backups = [
        goodAt("2026-11-01T02:00:00Z", { drilled: "restorable" }),
        goodAt("2026-11-02T02:00:00Z", { claimed: true }),
        goodAt("2026-11-03T02:00:00Z", { claimed: true }),
        goodAt("2026-11-21T02:00:00Z"),
      ];
      assert.deepEqual(reasons(backups), [
        "the last one that a drill restored",
        "goes: covered by no rule",
        "the last one that a drill restored, by evidence that is not verified, of another copy, or of the dump alone",
        "the last good backup",
      ]);
    });
  });

  describe("of what is no use", () => {
    const old = goodAt("2026-11-01T02:00:00Z");
    const newest = goodAt("2026-11-21T02:00:00Z");

    it("lets nothing stand for a period", () => {
      const backups = [
        goodAt("2026-11-20T02:00:00Z"),
        goodAt("2026-11-20T03:00:00Z", { drilled: "not restorable" }),
        goodAt("2026-11-20T04:00:00Z", { state: "damaged" }),
        unfinishedAt("2026-11-20T05:00:00Z"),
        newest,
      ];
      assert.deepEqual(reasons(backups, { daily: 7 }), [
        "last of the day 2026-11-20 (daily 2 of 7)",
        "goes: two drills found that it cannot be restored, and a newer backup is good",
        "goes: damaged, and a newer backup is good",
        "goes: unfinished, and a newer backup is good",
        "last of the day 2026-11-21 (daily 1 of 7); the last good backup",
      ]);
    });

    it("keeps what is damaged or not restorable as long as backups are kept by age, to be looked into", () => {
      const damaged = goodAt("2026-11-20T02:00:00Z", { state: "damaged" });
      assert.deepEqual(reasons([damaged, newest], { keepSeconds: 7 * 86_400 })[0], "younger than 7d");
      assert.match(reasons([damaged, newest], { keepSeconds: 3600 })[0] ?? "", /^goes: damaged/);
    });

    it("keeps what is damaged or not restorable while no newer backup is good", () => {
      const damaged = goodAt("2026-11-02T02:00:00Z", { state: "damaged" });
      const failed = goodAt("2026-11-03T02:00:00Z", { drilled: "not restorable" });
      assert.deepEqual(reasons([old, damaged, failed]), [
        "the last good backup",
        "no newer backup is good",
        "no newer backup is good",
      ]);
    });

    it("keeps what is unfinished for a day after it was last written to: it may be under way", () => {
      const fresh = unfinishedAt("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
      assert.deepEqual(reasons([fresh, newest])[0], "unfinished for less than 1d: it may be under way");
      const aDayLater = new Date(NOW.getTime() + DAY);
      assert.match(reasons([fresh, newest], {}, aDayLater)[0] ?? "", /^goes: unfinished/);
    });

    it("keeps what is unfinished when it began after the newest good backup, however long ago", () => {
      assert.deepEqual(reasons([old, unfinishedAt("2026-11-02T02:00:00Z")])[1], "no newer backup is good");
    });

    it("removes nothing while there is no good backup", () => {
      const backups = [goodAt("2020-01-01T02:00:00Z", { state: "damaged" }), unfinishedAt("2020-01-02T02:00:00Z")];
      for (const reason of reasons(backups)) assert.match(reason, /there is no good backup: nothing goes/);
    });
  });

  describe("with a clock that is wrong", () => {
    const future = (changes: Partial<RetainedBackup>) =>
      decide([goodAt("2026-11-01T02:00:00Z"), goodAt("2026-11-21T02:00:00Z", changes)]);

    it("decides nothing when a backup is from the future, and says what to do", () => {
      const snapshotAt = new Date(NOW.getTime() + 16 * 60_000);
      assert.throws(
        () => future({ snapshotAt }),
        /^Error: the backup 20261121T020000Z-0000 is from the future: it says 2026-11-21 12:16 UTC, and here it is 2026-11-21 12:00 UTC; one of the clocks is wrong.*Set the clock of this node or/,
      );
    });

    it("decides nothing when the newest manifest was written, or stored, later than now", () => {
      assert.throws(() => future({ completedAt: new Date(NOW.getTime() + HOUR) }), /from the future/);
      assert.throws(() => future({ lastModified: new Date(NOW.getTime() + HOUR) }), /from the future/);
    });

    it("takes no offence at clocks that are some minutes apart", () => {
      const soon = new Date(NOW.getTime() + 14 * 60_000);
      assert.equal(keptIds(future({ snapshotAt: soon, completedAt: soon, lastModified: soon })).length, 1);
    });
  });
});
