import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { format } from "../../../../policies/message";
import { cronFieldsMatch, rule } from "../../../../policies/rules/cron-fields-match";
import type { Schedule } from "../../../../policies/stack/facts";
import { aBackup, aRestoreTest, aSchedule, BACKUP_URN, findings, gateIn, RESTORE_TEST_URN, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

const found = (...schedules: Schedule[]) => findings(rule, { backups: [aBackup({ schedules })] });
const written = (expression: string, fields: Schedule["fields"]) =>
  found(aSchedule({ expression: known(expression), fields }));

describe("cron-fields-match", () => {
  it("is silent on schedules that their product reads as they are meant, and on stacks without any", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, {}), []);
    assert.deepEqual(found(), []);
    const fine: [string, Schedule["fields"]][] = [
      ["0 2 * * *", 5],
      ["0 0 2 * * *", 6],
      ["cron(0 5 ? * * *)", "aws"],
      ["rate(1 day)", "aws"],
      ["0 2 * * *", "any"],
      ["@daily", "any"],
      ["@every 24h", "cronjob"],
      ["@daily-random", "k8up"],
      ["@daily", "cnpg"],
    ];
    for (const [expression, fields] of fine) assert.deepEqual(written(expression, fields), [], expression);
  });

  it("refuses five fields where six are read: the backup would run every hour", () => {
    const [finding, ...others] = written("0 2 * * *", 6);
    assert.deepEqual(others, []);
    assert.equal(finding?.urn, BACKUP_URN);
    assert.deepEqual(format(rule.name, finding as never).split("\n"), [
      "app/orders (ScheduledBackup nightly): its schedule cannot be relied on.",
      'Reason: "0 2 * * *" has 5 fields; CloudNativePG takes six fields, seconds first: "0 0 2 * * *" (daily at 02:00:00)',
      "Remedy: write the schedule as its product reads it",
      "Page: docs/policies/cron-fields-match.md",
    ]);
  });

  it("refuses six fields where five are read, a CronJob's where AWS reads, and what nobody can read", () => {
    const wrong: [string, Schedule["fields"]][] = [
      ["0 0 2 * * *", 5],
      ["0 0 2 * * *", "any"],
      ["0 2 * * *", "aws"],
      ["cron(0 2 * * *)", "aws"],
      ["rate(1 days)", "aws"],
      ["0 25 * * *", 5],
      ["@daily", 5],
      ["@sometimes", "any"],
      ["", "any"],
    ];
    for (const [expression, fields] of wrong) assert.equal(written(expression, fields).length, 1, expression);
  });

  it("refuses a schedule that is unknown, or empty", () => {
    const [finding] = found(aSchedule({ expression: unknown("spec.schedule") }));
    assert.deepEqual(finding?.reasons, ["its schedule is unknown at preview (spec.schedule)"]);
    assert.deepEqual(finding?.remedies, ["give it as a plain value, so that it is known at preview"]);
    assert.deepEqual(found(aSchedule({ expression: ABSENT }))[0]?.reasons, ["its schedule is empty"]);
  });

  it("does not ask for the time zone, but for one that exists", () => {
    assert.deepEqual(found(aSchedule({ timeZone: unknown("spec.timeZone") })), []);
    assert.deepEqual(found(aSchedule({ timeZone: ABSENT })), []);
    assert.equal(found(aSchedule({ timeZone: known("Mars/Olympus") })).length, 1);
  });

  it("says all that is wrong with a backup's schedules at once", () => {
    const twice = aSchedule({ expression: known("daily") });
    const [finding, ...others] = found(twice, twice, aSchedule({ expression: unknown("spec.schedule") }), aSchedule());
    assert.deepEqual(others, []);
    assert.equal(finding?.reasons.length, 2);
    assert.equal(finding?.remedies.length, 2);
  });

  it("looks at the schedules of restore tests too", () => {
    const test = aRestoreTest({ schedules: [aSchedule({ expression: known("daily") })] });
    const [finding] = findings(rule, { restoreTests: [test] });
    assert.equal(finding?.urn, RESTORE_TEST_URN);
    assert.equal(finding?.verdict, "restore (a CronJob that runs pg_restore): its schedule cannot be relied on.");
  });

  it("looks in every environment", () => {
    const facts = { backups: [aBackup({ schedules: [aSchedule({ fields: 6 })] })] };
    for (const environment of ["local", "develop", "staging", "production"])
      assert.equal(findings(rule, facts, { gate: gateIn(environment) }).length, 1);
  });

  it("reads a CronJob's schedule in a stack, and refuses one that is unknown at preview", () => {
    const first = (schedule: string) =>
      violations(cronFieldsMatch, [
        resource("kubernetes:batch/v1:CronJob", "dump", {
          metadata: { namespace: "app", name: "dump" },
          spec: { schedule, jobTemplate: { spec: { template: { spec: { containers: [{ command: ["pg_dump"] }] } } } } },
        }),
      ])[0]?.message;
    assert.equal(first("0 2 * * *"), undefined);
    assert.match(
      first("0 0 2 * * *") ?? "",
      /\(CronJob dump\): its schedule cannot be relied on\.\nReason: "0 0 2 \* \* \*" has 6 fields/,
    );
    assert.match(first(UNKNOWN_STRING) ?? "", /Reason: its schedule is unknown at preview \(spec\.schedule\)/);
  });
});
