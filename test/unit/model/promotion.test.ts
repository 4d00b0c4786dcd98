import assert from "node:assert/strict";
import { DEFAULT_PROMOTION, type Promotion } from "../../../model/gate-settings";
import { judge } from "../../../model/verdict";
import {
  aDrill,
  anExternalDrill,
  aRecord,
  aTestimony,
  chained,
  gateSettings,
  HOUR,
  newKeys,
  type TARGET,
} from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const [stagings, productions] = [newKeys(), newKeys()];
const trustedKeys = { staging: [stagings.publicKey], production: [productions.publicKey] };
const settings = (promotion: Partial<Promotion> = {}) =>
  gateSettings(productions, { trustedKeys, promotion: { ...DEFAULT_PROMOTION, ...promotion } });
const LEDGER = { namespace: "bank", cluster: "ledger", database: "ledger" };
const ledger = aDrill("production", { target: LEDGER });
const judged = (evidence: ReturnType<typeof aRecord>[], promotion?: Partial<Promotion>, drill = ledger) =>
  judge({ ...drill, evidence }, settings(promotion), now);
const drilled = (target: typeof TARGET, changes: object = {}, stack = "staging") =>
  aRecord({ ...aTestimony(aDrill("staging", { target, stack }), now), ...changes }, stagings, "file staging.json");

describe("the evidence that is promoted", () => {
  it("proves the database of the same names", () => {
    assert.equal(judged([drilled(LEDGER)]).decision, "allow");
  });

  it("is not a toy's on somebody's laptop, though it has the same restore path", () => {
    const toy = { namespace: "sandbox", cluster: "toy", database: "toy" };
    const verdict = judged([drilled(toy, { contents: { tables: 1, rows: 1 } }, "somebodys-laptop")]);
    assert.equal(verdict.decision, "reject");
    assert.match(verdict.reasons.join(), /it is of another drill \(environment staging, stack somebodys-laptop/);
  });

  for (const part of ["namespace", "cluster", "database"] as const)
    it(`is of the same ${part}, unless the gate's configuration maps it`, () => {
      const there = { ...LEDGER, [part]: "other" };
      assert.equal(judged([drilled(there)]).decision, "reject");
      const id = `${there.namespace}/${there.cluster}/${there.database}`;
      assert.equal(judged([drilled(there)], { databases: { "bank/ledger/ledger": id } }).decision, "allow");
    });

  it("is of the mapped name alone where there is a mapping", () => {
    assert.equal(judged([drilled(LEDGER)], { databases: { "bank/ledger/ledger": "a/b/c" } }).decision, "reject");
    assert.equal(judged([drilled(LEDGER)], { databases: { "bank/other/ledger": "a/b/c" } }).decision, "allow");
  });

  it("is of the stack that is named", () => {
    assert.equal(judged([drilled(LEDGER)], { stack: "staging" }).decision, "allow");
    assert.equal(judged([drilled(LEDGER)], { stack: "staging-eu" }).decision, "reject");
  });

  it("has a floor of rows: a toy under the right name proves little", () => {
    const few = [drilled(LEDGER, { contents: { tables: 3, rows: 99 } })];
    const verdict = judged(few);
    assert.deepEqual([verdict.decision, verdict.standing], ["reject", "unproven"]);
    assert.match(verdict.reasons.join(), /had 99 rows; to be promoted from staging it needs at least 100/);
    assert.equal(judged(few, { minRowsOf: { "bank/ledger/ledger": 50 } }).decision, "allow");
    assert.equal(judged(few, { minRowsOf: { "bank/other/ledger": 50 } }).decision, "reject");
    assert.equal(judged([drilled(LEDGER)], { minRows: 1000 }).decision, "reject");
  });

  it("needs no more rows than there are once it was drilled here", () => {
    const own = { ...aTestimony(ledger, now), contents: { tables: 3, rows: 1 } };
    assert.equal(judged([aRecord(own, productions)]).decision, "allow");
  });

  it("is bound in the same way where another tool drills", () => {
    const here = anExternalDrill("production");
    const there = anExternalDrill("staging", { target: { ...here.target, namespace: "elsewhere" } });
    const evidence = [aRecord(aTestimony(there, now), stagings)];
    assert.equal(judge({ ...here, evidence }, settings(), now).decision, "reject");
    const databases = { "app/orders/*": "elsewhere/orders/*" };
    assert.equal(judge({ ...here, evidence }, settings({ databases }), now).decision, "allow");
  });

  it("brings its chain's tail: a failure that came later is heard", () => {
    const staging = aDrill("staging", { target: LEDGER });
    const failed = { ...aTestimony(staging, now), passed: false, failures: ["grants differ"] };
    const [good = "", bad = ""] = chained([aTestimony(staging, now, 2 * HOUR), failed], stagings);
    const shown = (...envelopes: string[]) =>
      judged(envelopes.map((envelope) => ({ source: "file staging.json", envelope })));
    assert.equal(shown(good).decision, "allow");
    assert.match(shown(good, bad).reasons.join(), /failed: grants differ/);
  });
});

describe("a key of one environment", () => {
  it("signs nothing for another: staging's cannot say that production was drilled", () => {
    const own = aTestimony(ledger, now);
    const verdict = judged([aRecord(own, stagings)]);
    assert.equal(verdict.decision, "reject");
    assert.match(
      verdict.reasons.join(),
      /no trusted key signed it.*it says that it is of production, whose keys alone/,
    );
    assert.equal(judged([aRecord(own, productions)]).decision, "allow");
  });

  it("signs nothing for staging either when it is production's", () => {
    const staging = aTestimony(aDrill("staging", { target: LEDGER }), now);
    assert.equal(judged([aRecord(staging, productions)]).decision, "reject");
  });

  it("is of no environment that is only a property of every object", () => {
    const odd = aTestimony(aDrill("constructor", { target: LEDGER }), now);
    assert.match(judged([aRecord(odd, productions)]).reasons.join(), /no trusted key signed it/);
  });
});
