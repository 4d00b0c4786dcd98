import assert from "node:assert/strict";
import { chainKey } from "../../../model/chain";
import type { BegunPredicate, DrillPredicate } from "../../../model/evidence";
import { evidenceConfigMapKey } from "../../../model/evidence";
import { neededRecords } from "../../../model/needed-records";
import { aBeginning, aDrill, anOffSiteCopy, aTestimony, chained, HOUR, newKeys } from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const keys = newKeys();
const drill = aDrill("production");
const offSite = { ...drill, ...anOffSiteCopy() };
const paths = [drill.fingerprint, offSite.fingerprint];
const passed = (age: number) => aTestimony(drill, now, age);
const failed = (age: number): DrillPredicate => ({ ...passed(age), passed: false, failures: ["x"] });

/** A drill's ConfigMap after `predicates`, and the numbers of the records that are needed of it. */
function needed(predicates: (DrillPredicate | BegunPredicate)[], keep = 24) {
  const envelopes = chained(predicates, keys);
  const data: Record<string, string> = {};
  for (const [sequence, envelope] of envelopes.entries()) {
    const predicate = predicates[sequence];
    if (sequence >= envelopes.length - keep) data[chainKey(sequence)] = envelope;
    if (predicate && "passed" in predicate) data[evidenceConfigMapKey(predicate.fingerprint)] = envelope;
  }
  const found = neededRecords(data, paths);
  return found.map(({ envelope }) => envelopes.indexOf(envelope)).sort((a, b) => a - b);
}

describe("what the gate needs of a drill's ConfigMap", () => {
  it("is the newest of each path, and what came after the older one", () => {
    assert.deepEqual(needed([passed(5), aTestimony(offSite, now, 4), passed(3), aBeginning(drill, now)]), [1, 2, 3]);
  });

  it("is not the whole history: it would stand in Pulumi's state", () => {
    assert.deepEqual(needed(Array.from({ length: 40 }, (_, index) => passed(40 - index))), [39]);
  });

  it("has the failure of a newer backup, which a later pass of an older one does not take back", () => {
    const older = passed(HOUR);
    const backup = { ...(older.backup as NonNullable<typeof older.backup>), snapshotAt: "2026-11-20T00:00:00.000Z" };
    assert.deepEqual(needed([passed(9 * HOUR), failed(3 * HOUR), { ...older, backup }]), [1, 2]);
  });

  it("has a first drill that began and may never have ended", () => {
    assert.deepEqual(needed([aBeginning(drill, now, 2 * HOUR)]), [0]);
  });

  it("has what cannot be read in the chain: nobody knows that it is old", () => {
    const [good = ""] = chained([passed(HOUR)], keys);
    const data = { [evidenceConfigMapKey(drill.fingerprint)]: good, [chainKey(0)]: good, [chainKey(1)]: "no JSON" };
    assert.deepEqual(
      neededRecords(data, paths).map(({ what, envelope }) => [what, envelope === good]),
      [
        [undefined, true],
        ["record 1", false],
      ],
    );
  });

  it("is nothing of other paths, and nothing that an object has by nature", () => {
    assert.deepEqual(neededRecords({ [`${"f".repeat(64)}.dsse.json`]: "x", __proto__: "x" }, paths), []);
  });
});
