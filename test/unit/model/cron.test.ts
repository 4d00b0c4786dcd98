import assert from "node:assert/strict";
import { cronProblem, longestGap, timeZoneProblem } from "../../../model/cron";
import { rpoProblem, worstCaseRpo } from "../../../model/rpo";

const HOUR = 3600;
const DAY = 24 * HOUR;

describe("a cron schedule", () => {
  it("has five fields for a CronJob and six for CloudNativePG", () => {
    assert.equal(cronProblem("0 2 * * *", 5), undefined);
    assert.equal(cronProblem("0 0 2 * * *", 6), undefined);
  });

  it("is refused with the other number of fields: five where six belong would run hourly", () => {
    assert.equal(
      cronProblem("0 2 * * *", 6),
      '"0 2 * * *" has 5 fields; CloudNativePG takes six fields, seconds first: "0 0 2 * * *" (daily at 02:00:00)',
    );
    assert.equal(
      cronProblem("0 0 2 * * *", 5),
      '"0 0 2 * * *" has 6 fields; a CronJob takes five fields (minute hour day month weekday): "0 2 * * *" (daily at 02:00)',
    );
    assert.match(cronProblem("daily", 5) ?? "", /has 1 field;/);
  });

  it("is refused as a macro and with values that no time has", () => {
    assert.match(cronProblem("@daily", 5) ?? "", /"@daily" is a macro; write the 5 fields out/);
    for (const schedule of ["61 * * * *", "0 25 * * *", "a b c d e", "0 2 L * *", "0 2 * * 7"])
      assert.match(cronProblem(schedule, 5) ?? "", /is not a cron schedule/, schedule);
    assert.match(cronProblem("0 0 30 2 *", 5) ?? "", /^"0 0 30 2 \*" never comes: no year has such a day;/);
  });

  it("may have more space than it needs", () => assert.equal(cronProblem("  0  2 * * *  ", 5), undefined));
});

describe("a time zone", () => {
  it("is an IANA name", () => {
    for (const zone of ["UTC", "Europe/Zurich", "America/Argentina/Buenos_Aires"])
      assert.equal(timeZoneProblem(zone), undefined);
    for (const zone of ["", "Mars/Olympus", "Europe"])
      assert.equal(timeZoneProblem(zone), `"${zone}" is not an IANA time zone, such as UTC or Europe/Zurich`);
  });
});

describe("the longest gap of a schedule", () => {
  const from = new Date("2026-01-01T00:00:00Z");
  const cases: [string, string, number][] = [
    ["0 2 * * *", "UTC", DAY],
    ["*/15 * * * *", "UTC", 15 * 60],
    ["0 8-18 * * *", "UTC", 14 * HOUR],
    ["0 3 * * 1-5", "UTC", 3 * DAY],
    ["0 0 1 * *", "UTC", 31 * DAY],
    ["0 0 1 1 *", "UTC", 366 * DAY],
    ["0 0 29 2 *", "UTC", (366 + 3 * 365) * DAY],
    ["* * * 1 *", "UTC", 335 * DAY + 60],
  ];
  for (const [schedule, zone, seconds] of cases)
    it(`is ${seconds / HOUR} h for ${schedule}`, () => assert.equal(longestGap(schedule, zone, from), seconds));

  it("is an hour for hourly runs, also where the clock skips one", () =>
    assert.equal(longestGap("0 * * * *", "Europe/Zurich", from), HOUR));

  it("is an hour longer on the day on which clocks go back", () => {
    assert.equal(longestGap("30 4 * * *", "Europe/Zurich", from), 25 * HOUR);
    assert.equal(longestGap("30 4 * * *", "America/New_York", from), 25 * HOUR);
  });

  it("is nearly two days for a run in an hour that a change of clocks skips: Kubernetes leaves that run out", () => {
    assert.equal(longestGap("30 2 * * *", "Europe/Zurich", from), 47 * HOUR);
    assert.equal(longestGap("0 2 * * *", "America/New_York", from), 47 * HOUR);
    assert.equal(longestGap("30 0 * * *", "America/Santiago", from), 47 * HOUR);
    assert.equal(longestGap("0 2 * * *", "Australia/Lord_Howe", from), 47.5 * HOUR);
    assert.equal(longestGap("30 2 * * *", "Australia/Lord_Howe", from), 24.5 * HOUR);
  });

  it("is that of the schedule itself where clocks do not change", () => {
    for (const zone of ["UTC", "Asia/Tokyo", "Asia/Kolkata"]) assert.equal(longestGap("30 2 * * *", zone, from), DAY);
  });

  it("does not depend on the zone when it runs every minute, and takes less than two seconds to find", () => {
    const started = performance.now();
    assert.equal(longestGap("* * * * *", "Europe/Zurich", from), 60);
    assert.ok(performance.now() - started < 2000);
  });
});

describe("the worst case of the recovery point", () => {
  it("is the longest gap and the time that a backup may take", () => {
    assert.equal(worstCaseRpo("0 2 * * *", "UTC", HOUR), DAY + HOUR);
  });

  it("is held against the objective, with what to change", () => {
    assert.equal(rpoProblem("0 2 * * *", "UTC", HOUR, DAY + HOUR), undefined);
    assert.equal(
      rpoProblem("0 2 * * *", "UTC", HOUR, DAY),
      'the schedule "0 2 * * *" cannot meet a recovery point objective of 1d: up to 1d pass between runs and a run may ' +
        "take 1h, 1d 1h in all; run it more often, shorten the deadline, or raise the objective",
    );
  });

  it("sees the 25 hours of the day on which clocks go back", () => {
    assert.match(rpoProblem("30 4 * * *", "Europe/Zurich", HOUR, 25 * HOUR) ?? "", /up to 1d 1h pass between runs/);
  });
});
