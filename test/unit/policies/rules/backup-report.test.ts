import assert from "node:assert/strict";
import { known } from "../../../../policies/known";
import { backupHasRestoreDrill } from "../../../../policies/rules/backup-has-restore-drill";
import { backupReport, rule } from "../../../../policies/rules/backup-report";
import { restorePathProven } from "../../../../policies/rules/restore-path-proven";
import { rpoWithinObjective } from "../../../../policies/rules/rpo-within-objective";
import { aBackup as aBackupDescriptor } from "../../../policy/support/evidence";
import { anExternalDrill, drill, FAILED, GATE, proven, unproven } from "../drills";
import { aBackup, BACKUP_URN, BUCKET_URN, DATABASE_URN, findings, RESTORE_TEST_URN, safeFacts } from "../facts";
import { component, gated, resource, violations } from "../stack";

const report = (spoken: { rule: string; urn?: string }[], facts = safeFacts()) =>
  findings(rule, facts, { spoken }).flatMap(({ lines = [] }) => lines);

describe("backup-report", () => {
  it("only advises, and is silent when nobody has said anything", () => {
    assert.equal(backupReport.enforcementLevel, "advisory");
    assert.deepEqual(report([]), []);
  });

  it("shows what the rules let pass and want to have seen, and counts it, also when none refuses anything", () => {
    const one = { rule: "rpo-within-objective", urn: BACKUP_URN, text: "app/orders: up to 7d can be lost." };
    assert.deepEqual(findings(rule, safeFacts(), { shown: [one] }), [
      {
        verdict: "One thing is shown and not refused:",
        lines: ["app/orders: up to 7d can be lost. (rpo-within-objective)"],
        reasons: [],
        remedies: [],
      },
    ]);
    const [many] = findings(rule, safeFacts(), { shown: Array.from({ length: 60 }, () => one) });
    assert.equal(many?.verdict, "60 things are shown and not refused:");
    assert.equal(many?.lines?.length, 51);
    assert.equal(many?.lines?.at(-1), "and 10 more");
    assert.equal(findings(rule, safeFacts(), { shown: [one], spoken: [{ rule: "waiver-is-valid" }] }).length, 2);
  });

  it("is the only one to say what is shown", () => {
    const weekly = resource("kubernetes:batch/v1:CronJob", "dump", {
      metadata: { namespace: "app", name: "dump" },
      spec: {
        schedule: "0 2 * * 0",
        jobTemplate: { spec: { template: { spec: { containers: [{ command: ["pg_dump"] }] } } } },
      },
    });
    const [own, reported] = gated(GATE, () => [
      violations(rpoWithinObjective, [weekly]),
      violations(backupReport, [weekly]),
    ]);
    assert.deepEqual(own, []);
    assert.match(
      reported?.[0]?.message ?? "",
      /One thing is shown and not refused:\n {2}.*up to 7d can be lost, and nobody has/,
    );
  });

  it("gives each backup a line with the rules that spoke of it, each once, and says of what else they spoke", () => {
    const other = aBackup({ urn: "urn:other", id: "app/audit (CronJob dump)", databaseUrns: [], stores: [] });
    const facts = { ...safeFacts(), backups: [aBackup(), other] };
    const spoken = [
      { rule: "rpo-within-objective", urn: BACKUP_URN },
      { rule: "rpo-within-objective", urn: BACKUP_URN },
      { rule: "wal-is-never-dropped", urn: DATABASE_URN },
      { rule: "waiver-is-valid" },
      { rule: "protected-from-deletion", urn: "urn:somebody-else" },
    ];
    assert.deepEqual(findings(rule, facts, { spoken }), [
      {
        verdict: "The stack's backups, and which rules had something to say of each:",
        lines: [
          "app/orders (ScheduledBackup nightly): rpo-within-objective, wal-is-never-dropped",
          "app/audit (CronJob dump): nothing to object",
          "elsewhere in the stack: waiver-is-valid, protected-from-deletion",
        ],
        reasons: [],
        remedies: [],
      },
    ]);
  });

  it("counts to a backup what is said of its bucket and of what restores it", () => {
    for (const urn of [BUCKET_URN, RESTORE_TEST_URN])
      assert.deepEqual(report([{ rule: "some-rule", urn }]), ["app/orders (ScheduledBackup nightly): some-rule"]);
    const external = { urn: "urn:drill", name: "e", descriptor: anExternalDrill([DATABASE_URN]) };
    assert.deepEqual(report([{ rule: "some-rule", urn: "urn:drill" }], { ...safeFacts(), drills: [external] }), [
      "app/orders (ScheduledBackup nightly): some-rule",
    ]);
  });

  it("counts a drill to the backup of its database alone", () => {
    const own = (database: string) =>
      aBackup({
        urn: `urn:${database}`,
        id: `app/orders/${database}`,
        origin: "restorable",
        database: known(database),
        databaseUrns: [],
        stores: [],
      });
    const drills = [{ urn: "urn:drill", name: "d", descriptor: unproven() }];
    const facts = { backups: [own("orders"), own("orders_audit")], drills };
    assert.deepEqual(report([{ rule: "some-rule", urn: "urn:drill" }], facts), [
      "app/orders/orders: some-rule",
      "app/orders/orders_audit: nothing to object",
    ]);
  });

  it("says of a backup what it leaves out, whatever the rules said", () => {
    const facts = { ...safeFacts(), backups: [aBackup({ leavesOut: ["audit.*", "rows of public.sessions"] })] };
    assert.deepEqual(report([{ rule: "some-rule", urn: BACKUP_URN }], facts), [
      "app/orders (ScheduledBackup nightly): some-rule; leaves out audit.*, rows of public.sessions",
    ]);
    const stack = [
      component("backup", "b", { ...aBackupDescriptor("production"), leavesOut: ["audit.*"] }),
      drill(proven("production", {}, FAILED)),
    ];
    gated(GATE, () => {
      violations(restorePathProven, stack);
      assert.match(
        violations(backupReport, stack)[0]?.message ?? "",
        /orders: restore-path-proven; leaves out audit\.\*/,
      );
    });
  });

  it("sums up what the rules before it said of the same stack, and nothing of an earlier one", () => {
    const stack = [component("backup", "b", aBackupDescriptor("production")), drill(proven("production", {}, FAILED))];
    gated(GATE, () => {
      for (const policy of [backupHasRestoreDrill, restorePathProven]) violations(policy, stack);
      assert.deepEqual(violations(backupReport, stack), [
        {
          urn: undefined,
          message: [
            "The stack's backups, and which rules had something to say of each:",
            "  app/orders/orders: restore-path-proven",
            "Page: docs/policies/backup-report.md",
          ].join("\n"),
        },
      ]);
      const fine = [component("backup", "b", aBackupDescriptor("production")), drill(proven())];
      for (const policy of [backupHasRestoreDrill, restorePathProven]) violations(policy, fine);
      assert.deepEqual(violations(backupReport, fine), []);
    });
  });
});
