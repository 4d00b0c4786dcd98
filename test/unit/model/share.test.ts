import assert from "node:assert/strict";
import { sizeBytes } from "../../../model/fields";
import {
  describeCompared,
  describeShare,
  EVERY_ROW_UP_TO,
  EVERYTHING,
  nextShare,
  type Share,
  shareSchema,
} from "../../../model/share";

describe("the share of the rows that is compared", () => {
  const budget = sizeBytes(EVERY_ROW_UP_TO);

  it("is all of them up to the budget", () => {
    assert.deepEqual(nextShare(0, budget, undefined), EVERYTHING);
    assert.deepEqual(nextShare(budget, budget, { parts: 5, part: 3 }), EVERYTHING);
    assert.equal(nextShare(budget + 1, budget, undefined).parts, 5);
  });

  it("comes to every row within as many drills as there are parts, also where not every backup is drilled", () => {
    for (const times of [2, 4.5, 6.5, 9, 13, 40, 150])
      for (const drilledEvery of [1, 2, 4, 7, 24, 28, 48, 168]) {
        let share: Share | undefined;
        const seen = new Set<number>();
        let parts = 1;
        for (let drill = 0; drill < parts; drill++) {
          for (let backup = 0; backup < drilledEvery; backup++) share = nextShare(times * budget, budget, share);
          ({ parts } = share as Share);
          seen.add((share as Share).part);
        }
        assert.equal(seen.size, parts, `${parts} parts, one backup in ${drilledEvery} drilled`);
        assert.ok(parts >= times, "no part is larger than the budget");
      }
  });

  it("keeps the number of parts of a database that grows and shrinks a little, and so comes to the last one", () => {
    let share: Share | undefined;
    const seen = new Set<number>();
    for (let i = 0; i < 30; i++) {
      share = nextShare((i % 2 === 0 ? 4.9 : 5.1) * budget, budget, share);
      seen.add(share.part);
    }
    assert.equal(seen.size, 11);
  });

  it("is told as what it is", () => {
    assert.equal(describeShare(EVERYTHING), "all rows");
    assert.equal(describeShare({ parts: 5, part: 1 }), "1/5 of the rows (part 2); every row within 5 drills");
    assert.equal(describeCompared({ rows: 7, largeObjects: 1200, ...EVERYTHING }), "all rows, 1,200 large objects");
    assert.equal(shareSchema.safeParse({ parts: 5, part: 5 }).success, false);
  });
});
