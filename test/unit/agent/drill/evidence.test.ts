import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { Checks } from "../../../../agent/drill/checks";
import { type Copy, copiesOf } from "../../../../agent/drill/copies";
import { predicateOf } from "../../../../agent/drill/evidence";
import { evidencePatch, isNewer } from "../../../../agent/drill/publish";
import { summaryOf } from "../../../../agent/drill/summary";
import { CHECKLIST_POINTS } from "../../../../model/checklist";
import { openEnvelope, signStatement } from "../../../../model/dsse";
import { drillStatement, statementSchema } from "../../../../model/evidence";
import { drillJob, manifest } from "../jobs";

const [primary] = copiesOf(drillJob) as [Copy];

describe("a drill gives evidence", () => {
  const allPassed = () => {
    const checks = new Checks();
    for (const point of CHECKLIST_POINTS) checks.add(`${point}.all`, point, true, "x", "x");
    return checks;
  };
  const outcome = (checks: Checks, change = {}) => ({
    drillId: "20261121T030000Z-0002",
    trigger: "schedule" as const,
    startedAt: new Date("2026-11-21T03:00:00Z"),
    finishedAt: new Date("2026-11-21T03:01:00Z"),
    manifest: { ...manifest, previous: undefined },
    checks,
    stages: { done: [], failed: undefined },
    error: undefined,
    rtoSeconds: 42,
    contents: { tables: 2, rows: 10 },
    ...change,
  });

  it("that passed when every point passed and the objectives are met", () => {
    const predicate = predicateOf(drillJob, primary, outcome(allPassed()));
    assert.equal(predicate.passed, true);
    assert.deepEqual(predicate.failures, []);
    statementSchema.parse(drillStatement(predicate));
  });

  it("that names what the backup left out, and does not call the rest everything", () => {
    const excluded = { tables: ["audit.log"], tableData: ["public.sessions"] };
    const changed = outcome(allPassed(), { manifest: { ...manifest, previous: undefined, excluded } });
    const predicate = predicateOf(drillJob, primary, changed);
    statementSchema.parse(drillStatement(predicate));
    assert.deepEqual(predicate.excluded?.tables, { count: 1, names: ["audit.log"] });
    const summary = summaryOf(predicate).join("\n");
    assert.match(summary, /without the table audit\.log; without the rows of public\.sessions: the backup leaves/);
    assert.match(summary, /PASSED: this backup can be restored, without what it leaves out\.$/);
    const whole = predicateOf(drillJob, primary, outcome(allPassed()));
    assert.ok(!("excluded" in JSON.parse(JSON.stringify(whole))));
    assert.match(summaryOf(whole).join("\n"), /PASSED: this backup can be restored\.$/);
  });

  it("that failed when a point has no result, whatever else passed", () => {
    const checks = new Checks();
    for (const point of CHECKLIST_POINTS.slice(1)) checks.add(point, point, true, "x", "x");
    const predicate = predicateOf(drillJob, primary, outcome(checks));
    assert.equal(predicate.passed, false);
    assert.match(predicate.failures[0] ?? "", /artifact\.not-reached/);
  });

  it("that failed when an objective was missed", () => {
    const predicate = predicateOf(drillJob, primary, outcome(allPassed(), { rtoSeconds: 601 }));
    assert.equal(predicate.passed, false);
    assert.match(predicate.failures[0] ?? "", /^RTO/);
  });

  it("with every point when it broke off, and without a backup when there was none", () => {
    const stages = { done: [], failed: "select" };
    const broken = outcome(new Checks(), { manifest: undefined, error: "no backup to drill", stages });
    const predicate = predicateOf(drillJob, primary, broken);
    assert.equal(predicate.passed, false);
    assert.deepEqual(predicate.failures, ["no backup to drill"]);
    assert.deepEqual([...new Set(predicate.checks.map((check) => check.point))].sort(), [...CHECKLIST_POINTS].sort());
    assert.ok(predicate.checks.every((check) => check.actual === "not reached: select failed"));
    assert.equal(statementSchema.parse(drillStatement(predicate)).subject.length, 1);
    assert.match(summaryOf(predicate).join("\n"), /of no backup.*FAILED/s);
  });

  it("whose signature verifies", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const envelope = signStatement(drillStatement(predicateOf(drillJob, primary, outcome(allPassed()))), pem);
    const opened = openEnvelope(JSON.stringify(envelope), [
      publicKey.export({ type: "spki", format: "pem" }).toString(),
    ]);
    assert.equal(opened.ok, true);
  });

  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const mine = predicateOf(drillJob, primary, outcome(allPassed()));
  const at = (finishedAt: Date) =>
    JSON.stringify(
      signStatement(drillStatement(predicateOf(drillJob, primary, outcome(allPassed(), { finishedAt }))), pem),
    );

  it("that does not overwrite newer evidence, but does overwrite what nobody can read", () => {
    assert.equal(isNewer(at(new Date("2026-11-21T03:02:00Z")), mine), true);
    assert.equal(isNewer(at(new Date("2026-11-21T02:02:00Z")), mine), false);
    assert.equal(isNewer("{}", mine), false);
    assert.equal(isNewer(undefined, mine), false);
  });

  it("that overwrites what a wrong clock dated into the future, pass or failure", () => {
    const future = { finishedAt: new Date("2027-11-21T03:01:00Z") };
    const failed = predicateOf(drillJob, primary, outcome(allPassed(), { ...future, error: "broken" }));
    assert.equal(isNewer(at(future.finishedAt), mine), false);
    assert.equal(isNewer(JSON.stringify(signStatement(drillStatement(failed), pem)), mine), false);
  });

  it("keeps the evidence of ten restore paths, the newest, and its own", () => {
    const present = Object.fromEntries(
      Array.from({ length: 12 }, (_, day) => [`path-${day}`, at(new Date(Date.UTC(2026, 9, day + 1)))]),
    );
    assert.deepEqual(evidencePatch(present, "path-0", "new", mine), {
      "path-0": "new",
      "path-1": null,
      "path-2": null,
    });
    assert.equal(evidencePatch({ own: at(new Date("2026-11-21T03:02:00Z")) }, "own", "older", mine), undefined);
  });
});
