import assert from "node:assert/strict";
import { type DrillDescriptor, drillDescriptorSchema } from "../../../model/descriptor";
import { signStatement } from "../../../model/dsse";
import { type DrillPredicate, drillStatement, statementSchema } from "../../../model/evidence";
import type { GateSettings } from "../../../model/gate-settings";
import { judge } from "../../../model/verdict";
import {
  aDrill,
  anExternalDrill,
  anExternalRestorePath,
  aRecord,
  aRestorePath,
  aTestimony,
  forged,
  gateSettings,
  HOUR,
  newKeys,
  sealed,
} from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const keys = newKeys();

const inProduction = gateSettings(keys);
const inDevelop: GateSettings = { ...inProduction, environment: "develop", position: "first" };

describe("the descriptor of a drill that another tool runs", () => {
  const drill = anExternalDrill("production");
  const accepted = (value: object) => drillDescriptorSchema.safeParse(value).success;

  it("survives JSON", () => {
    const back: DrillDescriptor = drillDescriptorSchema.parse(JSON.parse(JSON.stringify(drill)));
    assert.deepEqual(back, drill);
  });

  it("says what the drill covers, and need not run in a namespace; our own drills say it the other way round", () => {
    assert.equal(accepted({ ...drill, covers: [] }), false);
    assert.equal(accepted({ ...drill, covers: undefined }), false);
    assert.equal(accepted({ ...drill, drillNamespace: "app-drill" }), true);
    const own = aDrill("production");
    assert.equal(accepted(own), true);
    assert.equal(accepted({ ...own, drillNamespace: undefined }), false);
  });

  it("never holds a restore path of ours, nor one of ours that of another tool", () => {
    assert.equal(accepted({ ...drill, restorePath: aRestorePath() }), false);
    assert.equal(accepted({ ...aDrill("production"), restorePath: anExternalRestorePath() }), false);
    assert.equal(accepted({ ...drill, kind: "other" }), false);
  });
});

describe("evidence of a drill that another tool ran", () => {
  const drill = anExternalDrill("production");
  const good = aTestimony(drill, now);
  const verdictOn = (envelope: string, settings = inProduction, changes: Parameters<typeof anExternalDrill>[1] = {}) =>
    judge(anExternalDrill("production", { ...changes, evidence: [{ source: "file e", envelope }] }), settings, now);

  it("proves its restore path when it is signed, complete, passing, fresh and of this drill", () => {
    const { decision, standing, reasons } = verdictOn(sealed(good, keys));
    assert.deepEqual({ decision, standing, reasons }, { decision: "allow", standing: "proven", reasons: [] });
  });

  it("is an in-toto statement like any other, with the backup and the restore path as its subject", () => {
    const statement = drillStatement(good, "s3://backups/orders/20261121-020000F");
    assert.deepEqual(statement.subject, [
      { name: "s3://backups/orders/20261121-020000F", digest: { sha256: "b".repeat(64) } },
      { name: "restore-path", digest: { sha256: drill.fingerprint } },
    ]);
    assert.deepEqual(statementSchema.parse(JSON.parse(JSON.stringify(statement))), statement);
  });

  it("is refused when it was edited, or signed by somebody else", () => {
    const failing = sealed({ ...good, passed: false }, keys);
    const edited = forged(failing, (text) => text.replace('"passed":false', '"passed":true'));
    for (const envelope of [edited, sealed(good, newKeys())]) {
      const verdict = verdictOn(envelope);
      assert.equal(verdict.decision, "reject");
      assert.match(verdict.reasons.join(), /^file e: no trusted key signed it/);
    }
  });

  const wrong: [string, Partial<DrillPredicate>, RegExp][] = [
    ["failed", { passed: false, failures: ["the clone never became ready"] }, /the clone never became ready$/],
    ["left out a point", { checks: good.checks.filter(({ point }) => point !== "access") }, /checked of access \(/],
    ["is of another server", { target: { ...good.target, cluster: "billing" } }, /it is of another drill/],
    ["took too long", { measured: { rpoSeconds: 60, rtoSeconds: 2 * HOUR } }, /was 2h; the objective is 1h$/],
    [
      "describes another restore path than its fingerprint is of",
      { restorePath: anExternalRestorePath({ postgresMajor: 16 }) },
      /its fingerprint is not that of the restore path it describes/,
    ],
    [
      "describes a restore path of ours under this fingerprint",
      { restorePath: aRestorePath() },
      /its fingerprint is not that of the restore path it describes/,
    ],
  ];
  for (const [what, changes, reason] of wrong) {
    it(`is refused when it ${what}`, () => {
      const verdict = verdictOn(sealed({ ...good, ...changes }, keys));
      assert.equal(verdict.decision, "reject");
      assert.match(verdict.reasons.join(), reason);
    });
  }

  it("says where a restore path is not one, to the field", () => {
    const restorePath = { ...anExternalRestorePath(), storage: { kind: "s3", copy: "somewhere" } };
    const statement = { ...drillStatement(good), predicate: { ...good, restorePath } };
    const verdict = verdictOn(JSON.stringify(signStatement(statement, keys.privateKey)));
    assert.match(verdict.reasons.join(), /is not a complete .* \(predicate\.restorePath\.storage\.copy\)$/);
  });

  it("is for another restore path as soon as the tool is of another version", () => {
    const restorePath = anExternalRestorePath({ tool: { name: "clone-and-check", version: "1.5.0" } });
    const verdict = verdictOn(sealed(good, keys), inProduction, { restorePath });
    assert.equal(verdict.decision, "reject");
    assert.match(verdict.reasons.join(), /it is for another restore path/);
  });

  it("of the environment before counts for the same restore path", () => {
    const staging = aTestimony(anExternalDrill("staging"), now);
    const verdict = judge(anExternalDrill("production", { evidence: [aRecord(staging, keys)] }), inProduction, now);
    assert.equal(verdict.decision, "allow");
    assert.match(verdict.reasons.join(), /proven in staging, not yet in production/);
  });
});

describe("the verdict on an external drill without evidence", () => {
  it("rejects it in a later environment, and names the component that wants the evidence", () => {
    const { decision, remedies } = judge(anExternalDrill("production"), inProduction, now);
    assert.equal(decision, "reject");
    assert.deepEqual(remedies, [
      "let the drill pass in staging with this restore path, and give its evidence to the ExternalRestoreDrill of app/orders/*",
    ]);
  });

  it("allows it in a first environment only when the tool runs after each deployment", () => {
    const rejected = judge(anExternalDrill("develop"), inDevelop, now);
    assert.equal(rejected.decision, "reject");
    assert.deepEqual(rejected.remedies, [
      "let the tool run after each deployment, and set triggers.onDeployment of the ExternalRestoreDrill to true",
    ]);
    const triggers = { afterBackup: false, onDeployment: true };
    assert.equal(judge(anExternalDrill("develop", { triggers }), inDevelop, now).decision, "allow");
  });
});
