import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../policies/known";
import type { Schedule } from "../../../../policies/stack/facts";
import { durationText, gapOf, scheduleText } from "../../../../policies/stack/schedule";
import { aSchedule } from "../facts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const gap = (expression: string, fields: Schedule["fields"], zone = "UTC") =>
  gapOf({ expression: known(expression), fields, timeZone: known(zone) });

describe("the gap of a schedule", () => {
  const readable: [string, Schedule["fields"], number][] = [
    ["0 2 * * *", 5, DAY],
    ["0 0 2 * * *", 6, DAY],
    ["cron(0 5 ? * * *)", "aws", DAY],
    ["rate(12 hours)", "aws", 12 * HOUR],
    ["0 2 * * 1-5", "any", 3 * DAY],
    ["@hourly", "any", HOUR],
    ["@daily", "any", DAY],
    ["@midnight", "any", DAY],
    ["@weekly", "any", 7 * DAY],
    ["@monthly", "any", 31 * DAY],
    ["@yearly", "any", 366 * DAY],
    ["@annually", "any", 366 * DAY],
    ["@daily-random", "k8up", DAY],
    ["@weekly-random", "k8up", 7 * DAY],
    ["CRON_TZ=Europe/Zurich 30 4 * * *", "k8up", 25 * HOUR],
    ["@daily", "cronjob", DAY],
    ["@every 12h", "cronjob", 12 * HOUR],
    ["0 0 2 * * *", "cnpg", DAY],
    ["@daily", "cnpg", DAY],
    ["@every 6h", "cnpg", 6 * HOUR],
    ["@every 1h30m", "any", 1.5 * HOUR],
    ["@every 0.5s", "any", 1],
    ["CRON_TZ=Europe/Zurich 30 4 * * *", "any", 25 * HOUR],
    ["TZ=Europe/Zurich @daily", "any", 25 * HOUR],
  ];
  for (const [expression, fields, seconds] of readable)
    it(`is ${seconds / HOUR} h for ${expression}, read as ${fields}`, () =>
      assert.deepEqual(gap(expression, fields), known(seconds)));

  it("is measured in the schedule's time zone, and in that of its prefix before that", () => {
    assert.deepEqual(gap("30 4 * * *", 5, "Europe/Zurich"), known(25 * HOUR));
    assert.deepEqual(gap("CRON_TZ=Asia/Tokyo 30 4 * * *", "any", "Europe/Zurich"), known(DAY));
  });

  it("is measured in UTC where nobody names a time zone", () =>
    assert.deepEqual(gapOf(aSchedule({ timeZone: ABSENT })), known(DAY)));

  it("is endless for a day that does not come twice", () =>
    assert.deepEqual(gap("cron(0 5 1 1 ? 2030)", "aws"), known(Number.POSITIVE_INFINITY)));

  it("is unknown when the expression or the time zone is, and absent without an expression", () => {
    assert.deepEqual(gapOf(aSchedule({ expression: unknown("spec.schedule") })), unknown("spec.schedule"));
    assert.deepEqual(gapOf(aSchedule({ timeZone: unknown("spec.timeZone") })), unknown("spec.timeZone"));
    assert.deepEqual(gapOf(aSchedule({ expression: ABSENT })), ABSENT);
  });

  const unreadable: [string, Schedule["fields"], RegExp][] = [
    ["0 2 * * *", 6, /has 5 fields; CloudNativePG takes six fields, seconds first/],
    ["0 0 2 * * *", 5, /has 6 fields; a CronJob takes five fields/],
    ["0 0 2 * * *", "any", /has 6 fields/],
    ["@daily", 6, /is a macro; write the 6 fields out/],
    ["0 2 * * *", "aws", /is not a schedule expression of AWS \(it is neither cron\(…\) nor rate\(…\)\)/],
    ["0 2 L * *", "any", /is not a cron schedule \("L" is none of the days of a month/],
    ["0 25 * * *", 5, /is not a cron schedule/],
    ["@reboot", "any", /"@reboot" is none of @yearly, .*write the five fields out/],
    ["@midnight-random", "k8up", /is none of/],
    ["@daily-random", "any", /is none of/],
    ["@daily-random", "cronjob", /is none of/],
    ["TZ=Europe/Zurich 0 2 * * *", "cronjob", /has a time zone in it, .*a field of its own/],
    ["0 2 * * *", "cnpg", /has 5 fields; CloudNativePG takes six fields, seconds first/],
    ["@reboot", "cnpg", /write the six fields out/],
    ["@every day", "any", /has no duration that Go can read/],
    ["@every ", "any", /"@every" is none of/],
    ["TZ=Mars/Olympus 0 2 * * *", "any", /"Mars\/Olympus" is not an IANA time zone/],
  ];
  for (const [expression, fields, problem] of unreadable)
    it(`is a problem for ${expression}, read as ${fields}`, () => {
      const found = gap(expression, fields);
      assert.match(found.state === "problem" ? found.problem : found.state, problem);
    });

  it("is a problem in a time zone that does not exist, and a wrong expression is one in any zone", () => {
    assert.deepEqual(gap("0 2 * * *", 5, "Mars/Olympus"), {
      state: "problem",
      problem: '"Mars/Olympus" is not an IANA time zone, such as UTC or Europe/Zurich',
    });
    assert.equal(gapOf({ expression: known("x"), fields: 5, timeZone: unknown("spec.timeZone") }).state, "problem");
  });
});

describe("a schedule's text", () => {
  it("is its expression and its time zone", () => {
    assert.equal(scheduleText(aSchedule()), '"0 2 * * *" (UTC)');
    assert.equal(scheduleText(aSchedule({ timeZone: ABSENT })), '"0 2 * * *"');
  });
});

describe("a duration in a message", () => {
  const shown: [number, string][] = [
    [0, "0s"],
    [26 * HOUR, "1d 2h"],
    [26 * HOUR + 90, "1d 2h 1m 30s"],
    [7 * DAY, "7d"],
  ];
  for (const [seconds, text] of shown)
    it(`of ${seconds} seconds is ${text}`, () => assert.equal(durationText(seconds), text));
});
