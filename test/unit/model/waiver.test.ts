import assert from "node:assert/strict";
import { signStatement } from "../../../model/dsse";
import { describeWaiver, readWaiver, type Waiver, waiverStatement } from "../../../model/waiver";
import { aWaiver, forged, HOUR, newKeys, sealedWaiver } from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const keys = newKeys();
const later = (hours: number) => new Date(now.getTime() + hours * HOUR * 1000).toISOString();

function read(changes: Partial<Waiver>, signer = keys) {
  return readWaiver(sealedWaiver(aWaiver("production", now, changes), signer), [keys.publicKey], "production", now);
}

describe("a waiver", () => {
  it("holds when a trusted person signed it for this environment and it is in its time", () => {
    const reading = read({});
    assert.ok(reading.ok);
    assert.match(
      describeWaiver(reading),
      /^waived until 2026-11-22T12:00:00\.000Z by Ada Lovelace <ada@example\.com> \(key [0-9a-f]{16}\): the drill fails on/,
    );
  });

  it("holds for 72 hours, and not a second longer", () => {
    assert.equal(read({ notBefore: later(0), expires: later(72) }).ok, true);
    const reading = read({ notBefore: later(0), expires: new Date(Date.parse(later(72)) + 1000).toISOString() });
    assert.match(JSON.stringify(reading), /it holds for 3d 1s; a waiver holds for 3d at most/);
    assert.equal(reading.ok, false);
  });

  const cases: [string, Partial<Waiver>, RegExp][] = [
    ["has expired", { notBefore: later(-48), expires: later(0) }, /it expired at 2026-11-21T12:00:00/],
    ["has not begun", { notBefore: later(1), expires: later(2) }, /it holds only from 2026-11-21T13:00:00/],
    ["ends before it begins", { notBefore: later(1), expires: later(-1) }, /before it begins/],
    ["is for another environment", { environment: "staging" }, /it is for environment staging, not production/],
  ];
  for (const [what, changes, problem] of cases) {
    it(`does not hold when it ${what}`, () => {
      const reading = read(changes);
      assert.ok(!reading.ok);
      assert.match(reading.problem, problem);
    });
  }

  it("does not hold when another key signed it, when it was edited, and when it is none", () => {
    const edited = forged(sealedWaiver(aWaiver("staging", now), keys), (t) => t.replaceAll("staging", "production"));
    const drillEvidence = JSON.stringify(
      signStatement({ predicateType: "urn:restorable:restore-drill:v1" }, keys.privateKey),
    );
    for (const text of [sealedWaiver(aWaiver("production", now), newKeys()), edited, drillEvidence, "no json", ""]) {
      const reading = readWaiver(text, [keys.publicKey], "production", now);
      assert.equal(reading.ok, false);
    }
  });

  it("does not hold without a reason and a person", () => {
    for (const field of ["reason", "person"] as const) {
      const statement = {
        ...waiverStatement(aWaiver("production", now)),
        predicate: aWaiver("production", now, { [field]: " " }),
      };
      const text = JSON.stringify(signStatement(statement, keys.privateKey));
      const reading = readWaiver(text, [keys.publicKey], "production", now);
      assert.match(JSON.stringify(reading), new RegExp(`predicate.${field}: must say`));
    }
  });

  it("does not hold, and does not crash, when a waiver key is no key", () => {
    const reading = readWaiver(sealedWaiver(aWaiver("production", now), keys), ["nonsense"], "production", now);
    assert.match(JSON.stringify(reading), /could not be verified/);
  });
});
