import assert from "node:assert/strict";
import { longestGap, problem } from "../../../model/aws-schedule";

const HOUR = 3600;
const DAY = 24 * HOUR;
const from = new Date("2026-01-01T00:00:00Z");

describe("a schedule expression of AWS", () => {
  it("is a cron expression of six fields, or a rate", () => {
    for (const expression of [
      "cron(0 5 ? * * *)",
      "cron(0/15 8-18 ? * MON-FRI *)",
      "cron(0 2 L * ? *)",
      "cron(0 2 15W * ? *)",
      "cron(0 2 ? * 6L *)",
      "cron(0 2 ? * fri#2 *)",
      "cron(0 2 ? JAN,jul SAT-SUN 2026-2199)",
      "  cron( 0 5 ? * * * )  ",
      "rate(1 minute)",
      "rate(12 hours)",
      "rate(1 day)",
    ])
      assert.equal(problem(expression), undefined, expression);
  });

  const wrong: [string, string][] = [
    ["cron(0 2 * * *)", "it has 5 fields, and AWS takes six: minute hour day month weekday year"],
    ["0 5 ? * * *", "it is neither cron(…) nor rate(…)"],
    ["at(2026-11-21T00:00:00)", "at(…) runs once"],
    ["cron(0 5 * * * *)", "one of day and weekday, and only one, must be ?"],
    ["cron(0 5 ? * ? *)", "one of day and weekday, and only one, must be ?"],
    ["cron(60 5 ? * * *)", '"60" is none of the minutes (0 to 59)'],
    ["cron(0 24 ? * * *)", '"24" is none of the hours (0 to 23)'],
    ["cron(0 5 32 * ? *)", '"32" is none of the days of a month (1 to 31)'],
    ["cron(0 5 32W * ? *)", '"32" is none of the days of a month (1 to 31)'],
    ["cron(0 5 1 13 ? *)", '"13" is none of the months (1 to 12)'],
    ["cron(0 5 ? * 0 *)", '"0" is none of the days of the week (1 to 7)'],
    ["cron(0 5 ? * 6#6 *)", '"6#6" is none of the days of the week (1 to 7)'],
    ["cron(0 5 ? * * 2200)", '"2200" is none of the years (1970 to 2199)'],
    ["cron(0 18-6 ? * * *)", '"18-6" is a range that ends before it begins'],
    ["cron(0/0 5 ? * * *)", '"0/0" has a step that is not a positive number'],
    ["rate(1 hours)", "write 1 hour: the unit agrees with the number"],
    ["rate(5 hour)", "write 5 hours: the unit agrees with the number"],
    ["rate(0 hours)", "a rate is a whole number and minutes, hours or days"],
    ["rate(1.5 hours)", "a rate is a whole number and minutes, hours or days"],
    ["rate(2 weeks)", "a rate is a whole number and minutes, hours or days"],
    ["", "it is neither cron(…) nor rate(…)"],
  ];
  for (const [expression, reason] of wrong)
    it(`is not ${JSON.stringify(expression)}`, () => {
      const text = `"${expression}" is not a schedule expression of AWS (${reason}); for example cron(0 2 * * ? *) (daily at 02:00)`;
      assert.equal(problem(expression), text);
      assert.throws(() => longestGap(expression), { message: reason });
    });
});

describe("the longest gap of a schedule expression of AWS", () => {
  const cases: [string, number][] = [
    ["rate(15 minutes)", 15 * 60],
    ["rate(1 hour)", HOUR],
    ["rate(7 days)", 7 * DAY],
    ["cron(0 5 ? * * *)", DAY],
    ["cron(0 * ? * * *)", HOUR],
    ["cron(0/15 8-18 ? * * *)", 13.25 * HOUR],
    // Sunday is 1, not 0: Monday to Friday are 2 to 6.
    ["cron(0 3 ? * 2-6 *)", 3 * DAY],
    ["cron(0 3 ? * MON-FRI *)", 3 * DAY],
    ["cron(0 3 ? * SAT-SUN *)", 6 * DAY],
    ["cron(0 3 ? * L *)", 7 * DAY],
    ["cron(0 0 1 * ? *)", 31 * DAY],
    ["cron(0 0 L * ? *)", 31 * DAY],
    ["cron(0 0 31 * ? *)", 61 * DAY],
    // On Friday the 14th of August 2026, as the 15th is a Saturday, and on the 15th of September.
    ["cron(0 0 15W * ? *)", 32 * DAY],
    ["cron(0 0 ? * 6L *)", 35 * DAY],
    ["cron(0 0 ? * 6#1 *)", 35 * DAY],
    ["cron(0 0 1 1 ? *)", 366 * DAY],
    ["cron(0 0 29 2 ? *)", (4 * 365 + 1) * DAY],
  ];
  for (const [expression, seconds] of cases)
    it(`is ${seconds / HOUR} h for ${expression}`, () => assert.equal(longestGap(expression, "UTC", from), seconds));

  it("is endless for one that stops, has stopped, or runs once", () => {
    for (const years of ["2026-2028", "2020", "2030"])
      assert.equal(longestGap(`cron(0 5 ? * * ${years})`, "UTC", from), Number.POSITIVE_INFINITY);
    assert.equal(longestGap("cron(0 5 31 2 ? *)", "UTC", from), Number.POSITIVE_INFINITY);
  });

  it("knows the days on which clocks change", () => {
    assert.equal(longestGap("cron(30 4 ? * * *)", "Europe/Zurich", from), 25 * HOUR);
    assert.equal(longestGap("cron(30 2 ? * * *)", "Europe/Zurich", from), 47 * HOUR);
  });
});
