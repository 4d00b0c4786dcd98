import assert from "node:assert/strict";
import type { DrillDescriptor, ExternalDrillDescriptor } from "../../../../model/descriptor";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { format } from "../../../../policies/message";
import { outsideCopyIsDrilled, rule } from "../../../../policies/rules/outside-copy-is-drilled";
import { UNCONFIGURED } from "../../../../policies/settings";
import type { RestoreTest, Store } from "../../../../policies/stack/facts";
import { aBackup as aDescriptor, aDrill } from "../../../policy/support/evidence";
import { aBackup, aRestoreTest, aStore, BACKUP_URN, DATABASE_URN, findings, gateIn, safeFacts } from "../facts";
import { component, violations } from "../stack";

const ID = "app/orders (ScheduledBackup nightly)";
const inside = aStore({ kind: "volume", location: known("inside") });
const outside = aStore();
const both = [inside, outside];
const tested = (stores: Store[], ...tests: Partial<RestoreTest>[]) =>
  findings(rule, { backups: [aBackup({ stores })], restoreTests: tests.map((test) => aRestoreTest(test)) });

function anExternalDrill(copy: "inside" | "outside", covers: string[]): ExternalDrillDescriptor {
  const { checklist, drillNamespace: _, ...drill } = aDrill("production");
  return {
    ...drill,
    kind: "external-drill",
    covers,
    checklist,
    restorePath: {
      kind: "external",
      version: 1,
      engine: "cloudnative-pg",
      postgresMajor: 17,
      backup: { method: "physical" },
      storage: { kind: "s3", copy },
      restore: { procedure: "recovery" },
      tool: { name: "drill", version: "1.0.0" },
      checklist,
      images: {},
    },
  };
}
const drilled = (stores: Store[], descriptor: DrillDescriptor) =>
  findings(rule, { backups: [aBackup({ stores })], drills: [{ urn: "drill", name: "drill", descriptor }] });

describe("outside-copy-is-drilled", () => {
  it("is silent where the copy outside is restored, and on stacks without backups", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, {}), []);
    assert.deepEqual(tested(both, {}), []);
    assert.deepEqual(tested(both, { copies: known("inside") }, {}), []);
  });

  it("refuses a backup of which only the copy inside is restored", () => {
    const [finding, ...others] = tested(both, { copies: known("inside") });
    assert.deepEqual(others, []);
    assert.equal(finding?.urn, BACKUP_URN);
    assert.deepEqual(format(rule.name, finding as never).split("\n"), [
      `${ID}: its copy outside the cluster is never restored.`,
      "Reason: it has 2 copies",
      "Reason: a CronJob that runs pg_restore (restore) restores the copy inside the cluster",
      "Remedy: let a restore drill or a restore test restore the copy outside the cluster, in turn or on top",
      "Page: docs/policies/outside-copy-is-drilled.md",
    ]);
  });

  it("refuses a test that does not say, or does not know yet, which copy it restores", () => {
    const reasons = (copies: RestoreTest["copies"]) => {
      const [finding] = tested(both, { copies });
      assert.match(
        finding?.verdict ?? "",
        /: nobody can tell whether its copy outside the cluster is ever restored\.$/,
      );
      return finding?.reasons[1];
    };
    const text = "which copy a CronJob that runs pg_restore (restore) restores is unknown at preview";
    assert.equal(reasons(unknown("spec.repoName")), `${text} (spec.repoName)`);
    assert.equal(reasons(ABSENT), "a CronJob that runs pg_restore (restore) does not say which copy it restores");
  });

  it("knows that any copy is outside where all of them are", () => {
    assert.deepEqual(tested([outside, outside], { copies: ABSENT }), []);
    assert.equal(tested([outside, outside], { copies: known("inside") }).length, 1);
  });

  it("is silent where there is one copy, or none that is outside for sure", () => {
    for (const stores of [[inside], [outside], [inside, inside], [inside, aStore({ location: unknown("endpoint") })]])
      assert.deepEqual(tested(stores, { copies: known("inside") }), []);
  });

  it("is silent where nothing that counts restores it: others speak of that", () => {
    assert.deepEqual(tested(both), []);
    assert.deepEqual(tested(both, { copies: known("inside"), doesNotCount: "it checks nothing" }), []);
    assert.deepEqual(tested(both, { copies: known("inside"), covers: ["another"] }), []);
  });

  it("does not count a test of the copy outside that does not count at all, or is of another backup", () => {
    for (const test of [{ doesNotCount: "it checks nothing" }, { covers: ["another"] }])
      assert.equal(tested(both, { copies: known("inside") }, test).length, 1);
  });

  it("takes the word of an external drill that covers the backup or its database", () => {
    for (const urn of [BACKUP_URN, DATABASE_URN]) {
      assert.deepEqual(drilled(both, anExternalDrill("outside", [urn])), []);
      assert.deepEqual(drilled(both, anExternalDrill("inside", [urn]))[0]?.reasons, [
        "it has 2 copies",
        "an ExternalRestoreDrill restores the copy inside the cluster",
      ]);
    }
    assert.deepEqual(drilled(both, anExternalDrill("inside", ["another"])), []);
  });

  it("knows that a RestoreDrill restores the first copy of its LogicalBackup", () => {
    const own = { urn: BACKUP_URN, name: "orders", descriptor: aDescriptor("production") };
    const drills = [{ urn: "drill", name: "drill", descriptor: aDrill("production") }];
    const restored = (...stores: Store[]) =>
      findings(rule, { backups: [aBackup({ origin: "restorable", stores })], ownBackups: [own], drills });
    assert.deepEqual(restored(outside, inside), []);
    assert.deepEqual(restored(inside, outside)[0]?.reasons.slice(1), [
      "its RestoreDrill restores the copy inside the cluster",
    ]);
    const another = [{ urn: "drill", name: "drill", descriptor: aDrill("staging") }];
    assert.deepEqual(findings(rule, { backups: [aBackup({ stores: both })], ownBackups: [own], drills: another }), []);
  });

  it("looks at production, and where nobody said which environment this is", () => {
    const facts = { backups: [aBackup({ stores: both })], restoreTests: [aRestoreTest({ copies: known("inside") })] };
    for (const environment of ["local", "develop", "staging"])
      assert.deepEqual(findings(rule, facts, { gate: gateIn(environment) }), []);
    assert.equal(findings(rule, facts, { gate: UNCONFIGURED }).length, 1);
  });

  it("runs on a stack of our own components, whose backups have one copy", () => {
    const resources = [
      component("backup", "b", aDescriptor("production")),
      component("drill", "d", aDrill("production")),
    ];
    assert.deepEqual(violations(outsideCopyIsDrilled, resources), []);
  });
});
