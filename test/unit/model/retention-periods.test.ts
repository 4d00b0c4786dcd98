import assert from "node:assert/strict";
import { periodsOf } from "../../../model/retention-periods";
import type { CountRule } from "../../../model/retention-policy";

const names = (rule: CountRule, timeZone: string, ...times: string[]) => {
  const instants = times.map((time) => new Date(time));
  const sorted = [...instants].sort((a, b) => a.getTime() - b.getTime());
  const periodOf = periodsOf(timeZone, sorted[0] as Date, sorted.at(-1) as Date);
  return instants.map((instant) => periodOf(rule, instant));
};

describe("Retention's periods", () => {
  it("take the hour that autumn repeats for two: two hours passed", () => {
    assert.deepEqual(names("hourly", "Europe/Zurich", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"), [
      "2026-10-25 02:00 +02:00",
      "2026-10-25 02:00 +01:00",
    ]);
    assert.deepEqual(names("hourly", "America/New_York", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"), [
      "2026-11-01 01:00 -04:00",
      "2026-11-01 01:00 -05:00",
    ]);
  });

  it("know no hour that spring leaves out", () => {
    assert.deepEqual(names("hourly", "Europe/Zurich", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"), [
      "2026-03-29 01:00 +01:00",
      "2026-03-29 03:00 +02:00",
    ]);
  });

  it("know the half hour that Lord Howe changes by, and the offset of Kathmandu", () => {
    const before = "2026-04-04T14:45:00Z"; // 01:45 by summer time
    const after = "2026-04-04T15:15:00Z"; // 01:45 again
    assert.deepEqual(names("hourly", "Australia/Lord_Howe", before, after), [
      "2026-04-05 01:00 +11:00",
      "2026-04-05 01:00 +10:30",
    ]);
    assert.deepEqual(names("hourly", "Asia/Kathmandu", "2026-11-20T18:14:00Z", "2026-11-20T18:15:00Z"), [
      "2026-11-20 23:00 +05:45",
      "2026-11-21 00:00 +05:45",
    ]);
  });

  it("begin days where the time zone does", () => {
    const times = ["2026-07-01T21:59:59Z", "2026-07-01T22:00:00Z"];
    assert.deepEqual(names("daily", "Europe/Zurich", ...times), ["2026-07-01", "2026-07-02"]);
    assert.deepEqual(names("daily", "UTC", ...times), ["2026-07-01", "2026-07-01"]);
  });

  it("know leap days", () => {
    assert.deepEqual(names("daily", "UTC", "2028-02-28T12:00:00Z", "2028-02-29T12:00:00Z", "2028-03-01T12:00:00Z"), [
      "2028-02-28",
      "2028-02-29",
      "2028-03-01",
    ]);
  });

  it("number weeks as ISO 8601 does, from Monday on, in the year of their Thursday", () => {
    assert.deepEqual(
      names(
        "weekly",
        "UTC",
        "2021-01-03T23:59:59Z",
        "2021-01-04T00:00:00Z",
        "2024-12-30T00:00:00Z",
        "2026-12-31T00:00:00Z",
        "2027-01-01T00:00:00Z",
      ),
      ["2020-W53", "2021-W01", "2025-W01", "2026-W53", "2026-W53"],
    );
  });

  it("are months and years of the time zone, too", () => {
    const eve = "2026-12-31T23:30:00Z";
    assert.deepEqual(names("monthly", "Europe/Zurich", eve), ["2027-01"]);
    assert.deepEqual(names("yearly", "Europe/Zurich", eve), ["2027"]);
    assert.deepEqual(names("yearly", "America/New_York", eve), ["2026"]);
  });

  it("refuse a time zone that does not exist", () => {
    assert.throws(() => names("daily", "Europe/Zürich", "2026-01-01T00:00:00Z"), RangeError);
  });
});
