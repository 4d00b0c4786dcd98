import assert from "node:assert/strict";
import { configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { format } from "../../../../policies/message";
import { rpoWithinObjective, rule } from "../../../../policies/rules/rpo-within-objective";
import { UNCONFIGURED } from "../../../../policies/settings";
import type { Backup } from "../../../../policies/stack/facts";
import { aBackup as aDescriptor } from "../../../policy/support/evidence";
import { anExternalDrill } from "../drills";
import { aBackup, aDatabase, aSchedule, BACKUP_URN, findings, gateIn, safeFacts } from "../facts";
import { component, resource, UNKNOWN_STRING, violations } from "../stack";

const HOUR = 3600;
const ID = "app/orders (ScheduledBackup nightly)";
const at = (expression: string) => [aSchedule({ expression: known(expression) })];
const DECLARED = { objective: "26h" };
const found = (changes: Partial<Backup>, config: object = {}) =>
  findings(rule, { databases: [aDatabase()], backups: [aBackup(changes)] }, { config: { ...DECLARED, ...config } });

describe("rpo-within-objective", () => {
  it("is silent on a nightly backup that may take an hour, and on stacks without any", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, {}), []);
  });

  it("refuses a backup whose gap and deadline together are longer than the objective", () => {
    const [finding, ...others] = found({ schedules: at("0 2 * * 0") });
    assert.deepEqual(others, []);
    assert.equal(finding?.urn, BACKUP_URN);
    assert.deepEqual(format(rule.name, finding as never).split("\n"), [
      `${ID}: up to 7d 1h can be lost, and its objective is 1d 2h.`,
      'Reason: up to 7d pass between runs of "0 2 * * 0" (UTC) and a run may take 1h, 7d 1h in all',
      "Remedy: run it more often, give it a shorter deadline, or archive WAL all the time",
      "Remedy: or raise its objective, in the configuration of rpo-within-objective",
      "Page: docs/policies/rpo-within-objective.md",
    ]);
  });

  it("counts the deadline to the second", () => {
    assert.deepEqual(found({ deadlineSeconds: known(2 * HOUR) }), []);
    assert.equal(
      found({ deadlineSeconds: known(2 * HOUR + 1) })[0]?.verdict,
      `${ID}: up to 1d 2h 1s can be lost, and its objective is 1d 2h.`,
    );
  });

  it("takes a backup without a deadline by its schedule alone", () => {
    assert.deepEqual(found({ deadlineSeconds: ABSENT }), []);
    assert.deepEqual(found({ deadlineSeconds: ABSENT, schedules: at("0 2 * * 0") })[0]?.reasons, [
      'up to 7d pass between runs of "0 2 * * 0" (UTC)',
    ]);
  });

  it("sees that a run in the hour that clocks skip is two days from the one before", () => {
    const schedules = [aSchedule({ expression: known("30 2 * * *"), timeZone: known("Europe/Zurich") })];
    assert.match(found({ schedules })[0]?.verdict ?? "", /up to 2d can be lost/);
  });

  it("takes the most frequent of several schedules, and needs only that one to be readable", () => {
    assert.deepEqual(found({ schedules: [...at("0 2 * * 0"), ...at("0 */6 * * *")] }), []);
    const schedules = [...at("0 2 * * 0"), aSchedule({ expression: unknown("spec.schedule") })];
    assert.equal(found({ schedules: [...schedules, ...at("0 */6 * * *")] }).length, 0);
    assert.deepEqual(found({ schedules })[0]?.reasons, [
      'up to 7d pass between runs of "0 2 * * 0" (UTC) and a run may take 1h, 7d 1h in all',
      "its schedule is unknown at preview (spec.schedule)",
    ]);
  });

  it("refuses a schedule that is unknown, or in an unknown zone, unreadable or empty", () => {
    const cases: [ReturnType<typeof aSchedule>, RegExp][] = [
      [aSchedule({ expression: unknown("spec.schedule") }), /^its schedule is unknown at preview \(spec\.schedule\)$/],
      [aSchedule({ timeZone: unknown("spec.timeZone") }), /^its schedule is unknown at preview \(spec\.timeZone\)$/],
      [aSchedule({ expression: known("daily") }), /^"daily" has 1 field;/],
      [aSchedule({ expression: ABSENT }), /^a schedule of it is empty$/],
    ];
    for (const [schedule, reason] of cases)
      for (const continuous of [known(false), known(true)]) {
        const finding = found({ schedules: [schedule], continuous })[0];
        assert.equal(finding?.verdict, `${ID}: nobody can tell how much can be lost, and its objective is 1d 2h.`);
        assert.match(finding?.reasons[0] ?? "", reason);
      }
  });

  it("refuses a schedule that comes to an end", () => {
    const schedules = [aSchedule({ expression: known("cron(0 5 ? * * 2026-2027)"), fields: "aws" })];
    const finding = found({ schedules })[0];
    assert.equal(finding?.verdict, `${ID}: there is no limit to what can be lost, and its objective is 1d 2h.`);
    assert.deepEqual(finding?.reasons, ['"cron(0 5 ? * * 2026-2027)" (UTC) comes to an end, or never runs twice']);
  });

  it("refuses a deadline that is unknown", () => {
    const [finding] = found({ deadlineSeconds: unknown("spec.activeDeadlineSeconds") });
    assert.deepEqual(finding?.reasons, ["how long a run may take is unknown at preview (spec.activeDeadlineSeconds)"]);
  });

  it("counts only what WAL is waiting for where it is archived all the time", () => {
    const weekly = { schedules: at("0 2 * * 0"), continuous: known(true) };
    assert.deepEqual(found(weekly), []);
    assert.deepEqual(found(weekly, { objective: "5m" }), []);
    const [finding] = found(weekly, { objective: "1m" });
    assert.equal(finding?.verdict, `${ID}: up to 5m can be lost, and its objective is 1m.`);
    assert.deepEqual(finding?.reasons, ["WAL waits up to 5m for its archiving"]);
    assert.deepEqual(found(weekly, { objective: "1m", walSeconds: 60 }), []);
  });

  it("does not take an unknown archive for one", () => {
    assert.deepEqual(found({ continuous: unknown("spec.plugins") }), []);
    assert.deepEqual(found({ continuous: unknown("spec.plugins"), schedules: at("0 2 * * 0") })[0]?.reasons, [
      'up to 7d pass between runs of "0 2 * * 0" (UTC) and a run may take 1h, 7d 1h in all',
      "whether WAL is archived all the time is unknown at preview (spec.plugins)",
    ]);
  });

  it("refuses a backup that is made on demand only", () => {
    for (const continuous of [known(false), known(true)]) {
      const finding = found({ schedules: [], continuous })[0];
      assert.equal(finding?.verdict, `${ID}: there is no limit to what can be lost, and its objective is 1d 2h.`);
      assert.deepEqual(finding?.reasons, ["it has no schedule: what was written since somebody last made it is lost"]);
    }
  });

  it("lets a backup on demand stand beside one with a schedule of the same database only", () => {
    const once = aBackup({ urn: "once", schedules: [] });
    const beside = (changes: Partial<Backup>) => findings(rule, { backups: [once, aBackup(changes)] }).length;
    assert.equal(beside({}), 0);
    assert.equal(beside({ databaseUrns: [] }), 0);
    assert.equal(beside({ database: known("orders") }), 0);
    assert.equal(beside({ databaseUrns: [], server: { namespace: known("app"), name: known("billing") } }), 1);
    assert.equal(beside({ databaseUrns: [], server: { namespace: known("app"), name: unknown("metadata.name") } }), 1);
    assert.equal(beside({ databaseUrns: [], server: undefined }), 1);
    assert.equal(beside({ certain: false }), 1);
    assert.ok(!findings(rule, { backups: [once] })[0]?.shown, "no objective allows for a loss without limit");
    const orders = { ...once, database: known("orders") };
    assert.equal(findings(rule, { backups: [orders, aBackup({ database: known("audit") })] }).length, 1);
  });
});

describe("the objective of rpo-within-objective", () => {
  it("is the database's own where the configuration names it, whatever the stack calls it", () => {
    const config = { databases: { "app/orders": "1h" } };
    for (const changes of [{}, { server: undefined }, { databaseUrns: [] }])
      assert.match(found(changes, config)[0]?.verdict ?? "", /and its objective is 1h\.$/);
    assert.deepEqual(found({}, { databases: { "app/order": "1h", "app2/orders": "1h" } }), []);
    assert.deepEqual(found({ schedules: at("0 2 * * 0") }, { databases: { "app/orders": "8d" } }), []);
  });

  it("is nobody's where nothing declares one: what is over the usual is shown, and not refused", () => {
    const undeclared = (changes: Partial<Backup>) =>
      findings(rule, { databases: [aDatabase()], backups: [aBackup(changes)] });
    const [finding, ...others] = undeclared({ schedules: at("0 2 * * 0") });
    assert.deepEqual(others, []);
    assert.equal(finding?.verdict, `${ID}: up to 7d 1h can be lost, and nobody has declared how much may be.`);
    assert.equal(finding?.shown, true);
    assert.equal(undeclared({ deadlineSeconds: unknown("x") })[0]?.shown, true);
    assert.deepEqual(undeclared({}), []);
    for (const changes of [
      { schedules: [] },
      { schedules: [aSchedule({ expression: known("cron(0 5 ? * * 2026)"), fields: "aws" })] },
    ] satisfies Partial<Backup>[]) {
      const [endless] = undeclared(changes);
      assert.equal(
        endless?.verdict,
        `${ID}: there is no limit to what can be lost, and nobody has declared how much may be.`,
      );
      assert.ok(!endless?.shown);
    }
  });

  it("is that of the drill that restores the backup, unless the configuration has one", () => {
    const descriptor = anExternalDrill([BACKUP_URN], { objectives: { rpoSeconds: 26 * HOUR, rtoSeconds: HOUR } });
    const facts = {
      databases: [aDatabase()],
      backups: [aBackup({ schedules: at("0 2 * * 0") })],
      drills: [{ urn: "drill", name: "drill", descriptor }],
    };
    const [finding] = findings(rule, facts);
    assert.equal(finding?.verdict, `${ID}: up to 7d 1h can be lost, and its objective is 1d 2h.`);
    assert.ok(!finding?.shown);
    assert.deepEqual(findings(rule, facts, { config: { objective: "8d" } }), []);
  });

  it("is no longer than the gate allows, when a LogicalBackup declares it", () => {
    const own = {
      urn: BACKUP_URN,
      name: "orders",
      descriptor: aDescriptor("production", { rpoSeconds: 30 * 24 * HOUR }),
    };
    const facts = {
      backups: [aBackup({ origin: "restorable", what: "a LogicalBackup", id: "app/orders/orders" })],
      ownBackups: [own],
    };
    assert.deepEqual(findings(rule, facts), []);
    assert.deepEqual(findings(rule, facts, { gate: gateIn("production", { maxRpo: "30d" }) }), []);
    const [finding, ...others] = findings(rule, facts, { gate: gateIn("production", { maxRpo: "29d" }) });
    assert.deepEqual(others, []);
    assert.equal(finding?.verdict, "app/orders/orders: its objective is longer than production allows.");
    assert.deepEqual(finding?.reasons, [
      "the objective for the recovery point (RPO) is 30d, and restore-gate's maxRpo is 29d",
    ]);
  });

  it("is the strictest of all for a database whose name is not known yet", () => {
    const server = { namespace: known("app"), name: unknown("metadata.name") };
    const config = { databases: { "app/orders": "1h", "app/archive": "31d" } };
    assert.match(found({ server, databaseUrns: [] }, config)[0]?.verdict ?? "", /objective is 1h\.$/);
  });

  it("is the strictest of the databases that a backup is of", () => {
    const second = aDatabase({ urn: "second", id: { namespace: known("app"), name: known("audit") } });
    const backup = aBackup({ server: undefined, databaseUrns: [aDatabase().urn, "second"] });
    const config = { databases: { "app/audit": "2h", "app/orders": "31d" } };
    const [finding] = findings(rule, { databases: [aDatabase(), second], backups: [backup] }, { config });
    assert.match(finding?.verdict ?? "", /objective is 2h\.$/);
  });

  it("is the backup's own where the configuration names that", () => {
    const config = { databases: { "app/orders": "1h" }, backups: { [ID]: "8d" } };
    assert.deepEqual(found({ schedules: at("0 2 * * 0") }, config), []);
  });

  it("is what a LogicalBackup declares, whatever the configuration says", () => {
    const own = { urn: BACKUP_URN, name: "orders", descriptor: aDescriptor("production", { rpoSeconds: 6 * HOUR }) };
    const backup = aBackup({ origin: "restorable", id: "app/orders/orders" });
    const config = { objective: "31d", backups: { "app/orders/orders": "31d" } };
    const [finding] = findings(rule, { backups: [backup], ownBackups: [own] }, { config });
    assert.equal(finding?.verdict, "app/orders/orders: up to 1d 1h can be lost, and its objective is 6h.");
    assert.deepEqual(finding?.remedies, [
      "run the LogicalBackup more often, give it a shorter deadline, or raise its rpo",
    ]);
  });

  it("cannot be told without the LogicalBackup's descriptor", () => {
    const own = { urn: BACKUP_URN, name: "orders", problem: "descriptor.schedule is unknown at preview" };
    const [finding] = findings(rule, { backups: [aBackup({ origin: "restorable", id: "orders" })], ownBackups: [own] });
    assert.equal(finding?.verdict, "orders: nobody can tell how much may be lost.");
    assert.deepEqual(finding?.reasons, ["descriptor.schedule is unknown at preview"]);
  });
});

describe("rpo-within-objective in a stack", () => {
  const cronJob = (spec: object) =>
    resource("kubernetes:batch/v1:CronJob", "dump", {
      metadata: { namespace: "app", name: "dump" },
      spec: {
        schedule: "0 2 * * *",
        jobTemplate: { spec: { template: { spec: { containers: [{ command: ["pg_dump"] }] } } } },
        ...spec,
      },
    });
  const first = (spec: object, config: object = DECLARED) =>
    violations(rpoWithinObjective, [cronJob(spec)], config)[0]?.message;
  before(() => configureGate(UNCONFIGURED));

  it("reads a CronJob's schedule", () => {
    assert.equal(first({}), undefined);
    assert.match(
      first({ schedule: "0 2 * * 0" }) ?? "",
      /\(CronJob dump\): up to 7d can be lost, and its objective is 1d 2h\./,
    );
  });

  it("refuses a CronJob whose schedule is unknown at preview", () =>
    assert.match(
      first({ schedule: UNKNOWN_STRING }) ?? "",
      /Reason: its schedule is unknown at preview \(spec\.schedule\)/,
    ));

  it("holds a LogicalBackup to the objective in its descriptor", () => {
    const declared = (descriptor: unknown) => violations(rpoWithinObjective, [component("backup", "b", descriptor)]);
    assert.deepEqual(declared(aDescriptor("production")), []);
    assert.match(
      declared(aDescriptor("production", { rpoSeconds: HOUR }))[0]?.message ?? "",
      /and its objective is 1h\./,
    );
    assert.match(declared(UNKNOWN_STRING)[0]?.message ?? "", /Reason: descriptor is unknown at preview/);
  });

  it("says what is wrong with its configuration", () => {
    for (const config of [
      { objective: "soon" },
      { databases: { "app/orders": "1 hour" } },
      { walSeconds: 0 },
      { rpo: "1h" },
    ])
      assert.match(first({}, config) ?? "", /^This rule is configured wrongly/, JSON.stringify(config));
  });
});
