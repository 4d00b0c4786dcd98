import assert from "node:assert/strict";
import { Checks } from "../../../../agent/drill/checks";
import { type Copy, copiesOf } from "../../../../agent/drill/copies";
import { summaryOf } from "../../../../agent/drill/summary";
import { predicateOf, withoutWord } from "../../../../agent/signer/predicate";
import { CHECKLIST_POINTS } from "../../../../model/checklist";
import type { Outcome } from "../../../../model/drill-protocol";
import { drillStatement, lacking, statementSchema } from "../../../../model/evidence";
import { manifestDigest } from "../../../../model/manifest";
import { drillJob, manifest } from "../jobs";
import { ANNOUNCED, allPassed, anOutcome } from "./drills";

const [primary] = copiesOf(drillJob) as [Copy];
const FINISHED = new Date("2026-11-21T03:01:00Z");
const predicate = (outcome: Outcome) => ({
  ...predicateOf(drillJob, primary, ANNOUNCED, outcome, FINISHED),
  chain: { sequence: 0, previous: null },
});

describe("the evidence of a drill", () => {
  it("passed when every point passed and the objectives are met", () => {
    const said = predicate(anOutcome());
    assert.equal(said.passed, true);
    assert.equal(said.verdict, "restorable");
    assert.deepEqual(said.failures, []);
    statementSchema.parse(drillStatement(said));
    assert.deepEqual(lacking(said), []);
  });

  it("names everything that is restored by digest: roles or a manifest exchanged later are not what was drilled", () => {
    const { subject } = drillStatement(predicate(anOutcome()));
    assert.deepEqual(
      subject.map(({ name }) => name),
      ["database.dump", "roles.sql", "facts.json", "manifest.json", "restore-path"],
    );
    const digests = new Set(subject.map(({ digest }) => digest.sha256));
    assert.ok(digests.has(manifestDigest({ ...manifest, previous: undefined })));
  });

  it("names what the backup left out, and does not call the rest everything", () => {
    const excluded = { tables: ["audit.log"], tableData: ["public.sessions"] };
    const said = predicate(anOutcome({ manifest: { ...manifest, previous: undefined, excluded } }));
    statementSchema.parse(drillStatement(said));
    assert.deepEqual(said.excluded?.tables, { count: 1, names: ["audit.log"] });
    const summary = summaryOf(said).join("\n");
    assert.match(summary, /without the table audit\.log; without the rows of public\.sessions: the backup leaves/);
    assert.match(summary, /PASSED: this backup can be restored, without what it leaves out\.$/);
    assert.match(summaryOf(predicate(anOutcome())).join("\n"), /PASSED: this backup can be restored\.$/);
  });

  it("counts the RTO from the request: who waits for the data waits for a node and for images, too", () => {
    const requested = { ...ANNOUNCED, requestedAt: "2026-11-21T02:50:00.000Z" };
    const said = { ...predicateOf(drillJob, primary, requested, anOutcome()), chain: { sequence: 0, previous: null } };
    assert.equal(said.measured.rtoSeconds, 642);
    assert.deepEqual(said.conditions, { from: "request", waitedSeconds: 600, durability: "off", jobs: 2 });
    assert.equal(said.passed, false, "ten minutes are allowed");
    assert.match(said.failures.join(), /^RTO: expected at most 10m; measured 10m 42s/);
    statementSchema.parse(drillStatement(said));
    const summary = summaryOf(said).join("\n");
    assert.match(
      summary,
      /✘ RTO 10m 42s.*\n +measured from the request, 10m of it until the drill began; durability off; 2/,
    );
  });

  it("says when the RTO counts from the drill's start, and under which conditions it was measured", () => {
    assert.deepEqual(predicate(anOutcome()).conditions, { from: "start", durability: "off", jobs: 2 });
    const job = { ...drillJob, durability: "on" as const, serverParameters: { work_mem: "1GB", jit: "secret" } };
    const said = predicateOf(job, primary, ANNOUNCED, anOutcome());
    assert.deepEqual(said.conditions, {
      from: "start",
      durability: "on",
      jobs: 2,
      serverParameters: ["jit", "work_mem"],
    });
  });

  it("is still read where it names no conditions, as older evidence does", () => {
    const { conditions: _, ...older } = predicate(anOutcome());
    statementSchema.parse(drillStatement(older));
    assert.doesNotMatch(summaryOf(older).join("\n"), /durability/);
    assert.deepEqual(lacking(older), []);
  });

  it("failed when a point has no result, whatever else passed", () => {
    const checks = new Checks();
    for (const point of CHECKLIST_POINTS.slice(1)) checks.add(point, point, true, "x", "x");
    const said = predicate(anOutcome({ checks }));
    assert.equal(said.passed, false);
    assert.equal(said.verdict, "undetermined");
    assert.match(said.failures[0] ?? "", /artifact\.not-reached/);
  });

  it("failed when no backup was found, whatever the checks say", () => {
    assert.equal(predicate(anOutcome({ manifest: undefined })).passed, false);
  });

  it("failed when one of its stages failed, whatever the checks say", () => {
    const outcome = anOutcome();
    const stages = [{ name: "restore", seconds: 1, passed: false }];
    assert.equal(predicate({ ...outcome, stages }).passed, false);
  });

  it("has every point when the drill broke off, and no backup when there was none", () => {
    const error = "no backup to drill";
    const said = predicate(anOutcome({ checks: new Checks(), manifest: undefined, error, failedStage: "select" }));
    assert.equal(said.passed, false);
    assert.equal(said.verdict, "undetermined");
    assert.deepEqual(said.failures, [error]);
    assert.deepEqual([...new Set(said.checks.map((check) => check.point))].sort(), [...CHECKLIST_POINTS].sort());
    assert.ok(said.checks.every((check) => check.actual === "not reached: select failed" && !check.ran));
    assert.equal(statementSchema.parse(drillStatement(said)).subject.length, 1);
    assert.match(summaryOf(said).join("\n"), /of no backup.*FAILED/s);
  });

  it("failed, and says nothing of the backup, when the agent was gone before it said what it found", () => {
    const said = predicate(withoutWord("the drill ended without a word"));
    assert.equal(said.passed, false);
    assert.equal(said.verdict, "undetermined");
    statementSchema.parse(drillStatement(said));
  });
});

describe("a failure of the drill is no verdict on the backup", () => {
  /** Drills that failed for reasons of their own, although the backup could be restored or was never looked at. */
  const failures: [string, Outcome, "restorable" | "undetermined"][] = [
    ["an objective that was missed", anOutcome({ rtoSeconds: 601 }), "restorable"],
    ["a way to production that is open", anOutcome({ checks: failing("isolation") }), "restorable"],
    ["a health check that failed", anOutcome({ checks: failing("health") }), "restorable"],
    ["a role that may not write", anOutcome({ checks: failing("read-write") }), "restorable"],
    [
      "an image that has changed since the backup",
      anOutcome({ checks: mismatched(), error: "another restore path", failedStage: "select" }),
      "undetermined",
    ],
    [
      "a pod that was stopped",
      anOutcome({ checks: new Checks(), error: "the drill was stopped by SIGTERM during the stage restore" }),
      "undetermined",
    ],
    ["facts that could not be recorded, as on a full disk", anOutcome({ checks: notRun("rows") }), "undetermined"],
  ];
  for (const [what, outcome, verdict] of failures)
    it(`for ${what}`, () => {
      const said = predicate(outcome);
      assert.equal(said.passed, false);
      assert.equal(said.verdict, verdict);
    });

  for (const point of ["artifact", "schema", "access", "rows", "indexes", "sequences"] as const)
    it(`but contents that differ are: ${point}`, () => {
      assert.equal(predicate(anOutcome({ checks: failing(point) })).verdict, "not restorable");
    });
});

function failing(point: (typeof CHECKLIST_POINTS)[number]): Checks {
  const checks = allPassed();
  checks.add(`${point}.other`, point, false, "x", "y");
  return checks;
}

function notRun(point: (typeof CHECKLIST_POINTS)[number]): Checks {
  const checks = allPassed();
  checks.add(`${point}.other`, point, false, "x", "could not be recorded", false);
  return checks;
}

function mismatched(): Checks {
  const checks = new Checks();
  checks.add("artifact.manifest", "artifact", false, "a backup of this restore path", "another", false);
  return checks;
}
