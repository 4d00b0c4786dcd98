import assert from "node:assert/strict";
import { CHAIN_KEY, type ChainRecord, chainKey, chainProblems, recordDigestOf } from "../../../model/chain";
import { aDrill, aTestimony, newKeys, sealed } from "../../policy/support/evidence";

const record = (sequence: number, previous = `d${sequence - 1}`, digest = `d${sequence}`): ChainRecord => ({
  source: `record ${digest}`,
  digest,
  link: { sequence, previous: sequence === 0 ? null : previous },
});

describe("a chain of evidence", () => {
  it("is whole when every record names the one before, in whatever order and however often they are shown", () => {
    const whole = [record(0), record(1), record(2)];
    assert.deepEqual(chainProblems(whole), []);
    assert.deepEqual(chainProblems([...whole].reverse()), []);
    assert.deepEqual(chainProblems([...whole, record(1)]), []);
    assert.deepEqual(chainProblems([]), []);
  });

  it("may begin at the record that is asked about: what came before decides nothing", () => {
    assert.deepEqual(chainProblems([record(1), record(5), record(6)], 5), []);
    assert.match(chainProblems([record(6)], 5).join(), /hole: record 5 is not shown/);
  });

  const broken: [string, ChainRecord[], RegExp][] = [
    ["leaves one record out", [record(0), record(2)], /^the chain of evidence has a hole: record 1 is not shown$/],
    ["leaves several out", [record(0), record(4)], /hole: records 1 to 3 are not shown$/],
    ["leaves its beginning out", [record(2)], /hole: records 0 to 1 are not shown$/],
    [
      "has two records in one place",
      [record(0), record(1), record(1, "d0", "other")],
      /forked: record 1 is there 2 times, and they differ \(record d1, record other\)/,
    ],
    ["names another record than the one before", [record(0), record(1, "x")], /broken: record 1 does not follow/],
  ];
  for (const [what, records, problem] of broken)
    it(`is not whole when it ${what}: a failed drill could be hidden there`, () => {
      assert.match(chainProblems(records).join("\n"), problem);
    });

  it("names records by what was signed, not by who signed it: a signature may be made anew", () => {
    const predicate = aTestimony(aDrill("production"), new Date());
    const [one, other] = [sealed(predicate, newKeys()), sealed(predicate, newKeys())];
    assert.notEqual(one, other);
    assert.equal(recordDigestOf(one), recordDigestOf(other));
    assert.notEqual(recordDigestOf(one), recordDigestOf(sealed({ ...predicate, stages: [] }, newKeys())));
    assert.equal(recordDigestOf("no JSON"), undefined);
  });

  it("has keys that sort by its order", () => {
    const keys = [100, 9, 10].map(chainKey).sort();
    assert.deepEqual(
      keys.map((key) => Number(CHAIN_KEY.exec(key)?.[1])),
      [9, 10, 100],
    );
  });
});
