import assert from "node:assert/strict";
import { type CronFields, cronRecurrence } from "../../../model/cron-recurrence";
import { longestGapOf } from "../../../model/recurrence";

const HOUR = 3600;
const DAY = 24 * HOUR;
const from = new Date("2026-01-01T00:00:00Z");
const gap = (schedule: string, fields: CronFields, zone = "UTC") =>
  longestGapOf(cronRecurrence(schedule, fields), zone, from);

describe("a cron schedule's longest gap", () => {
  const five: [string, number][] = [
    ["0 2 * * *", DAY],
    ["*/15 * * * *", 15 * 60],
    ["50/15 * * * *", HOUR],
    ["0 8-18 * * *", 14 * HOUR],
    ["0 3 * * 1-5", 3 * DAY],
    ["0 3 * * Mon-fri", 3 * DAY],
    ["0 0 ? JAN,JUL *", 154 * DAY],
    ["0 0 1 1 *", 366 * DAY],
    ["0 0 31 * *", 61 * DAY],
    // The months without a run come after more runs than anybody wants to count.
    ["* * * 1 *", 335 * DAY + 60],
    ["0 0 29 2 *", (4 * 365 + 1) * DAY],
  ];
  for (const [schedule, seconds] of five)
    it(`is ${seconds / HOUR} h for ${schedule}`, () => assert.equal(gap(schedule, 5), seconds));

  it("counts seconds where there are six fields", () => {
    assert.equal(gap("0 0 2 * * *", 6), DAY);
    assert.equal(gap("*/10 * * * * *", 6), 10);
    assert.equal(gap("30 0 2 * * 0", 6), 7 * DAY);
  });

  it("is that of days that either field allows when both are restricted", () => {
    assert.equal(gap("0 0 1,15 * 1", 5), 7 * DAY);
    assert.equal(gap("0 0 0 1,15 * 1", 6), 7 * DAY);
  });

  it("takes a * with a step for a restriction in Kubernetes, and for none in CloudNativePG", () => {
    assert.equal(gap("0 0 */2 * 1", 5), 2 * DAY);
    assert.equal(gap("0 0 */1 * 1", 5), 7 * DAY);
    // Mondays with an odd date only.
    assert.equal(gap("0 0 0 */2 * 1", 6), 21 * DAY);
  });

  it("is endless for a day that never comes", () => assert.equal(gap("0 0 31 2 *", 5), Number.POSITIVE_INFINITY));
});

describe("a cron schedule on the days on which clocks change", () => {
  const cases: [string, string, number][] = [
    ["30 4 * * *", "Europe/Zurich", 25 * HOUR],
    ["30 2 * * *", "Europe/Zurich", 47 * HOUR],
    ["0 2 * * *", "America/New_York", 47 * HOUR],
    ["30 0 * * *", "America/Santiago", 47 * HOUR],
    ["0 2 * * *", "Australia/Lord_Howe", 47.5 * HOUR],
    ["30 4 * * *", "Australia/Lord_Howe", 24.5 * HOUR],
    ["0 2 * * *", "Asia/Kolkata", DAY],
  ];
  for (const [schedule, zone, seconds] of cases)
    it(`leaves out what is skipped: ${schedule} in ${zone}`, () => assert.equal(gap(schedule, 5, zone), seconds));

  it("runs in both of the hours that have the same name, so that hourly stays hourly", () => {
    for (const zone of ["Europe/Zurich", "America/Santiago", "America/Havana"])
      assert.equal(gap("0 * * * *", 5, zone), HOUR, zone);
    assert.equal(gap("* * * * *", 5, "Europe/Zurich"), 60);
  });
});

describe("a cron schedule that cannot be read", () => {
  const wrong: [string, string][] = [
    ["0 2 * * 7", '"7" is none of the days of the week (0 to 6)'],
    ["0 2 L * *", '"L" is none of the days of a month (1 to 31)'],
    ["0 2 * * 1#2", '"1#2" is none of the days of the week (0 to 6)'],
    ["H 2 * * *", '"H" is none of the minutes (0 to 59)'],
    ["0 22-2 * * *", '"22-2" is a range that ends before it begins'],
    ["0 1-2-3 * * *", '"1-2-3" is not a range'],
    ["0/1/2 * * * *", '"0/1/2" has more than one step'],
    ["*/0 * * * *", '"*/0" has a step that is not a positive number'],
    ["0,, 2 * * *", '"" is none of the minutes (0 to 59)'],
    ["0 2 * *", "it has 4 fields instead of 5"],
  ];
  for (const [schedule, message] of wrong)
    it(`${schedule}: ${message}`, () => assert.throws(() => cronRecurrence(schedule, 5), { message }));
});
