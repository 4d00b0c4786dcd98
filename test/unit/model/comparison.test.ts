import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMPARISON, comparisonPage, describeNotCompared, NOT_COMPARED_IDS } from "../../../model/comparison";
import { FACT_SECTION_NAMES } from "../../../model/facts";
import { withComparison } from "../../../scripts/comparison-page";

describe("what a drill compares", () => {
  it("names every section of the facts once, and everything else by an id of its own", () => {
    const sections = COMPARISON.flatMap((row) => (row.how === "compared" ? [row.section] : []));
    assert.deepEqual(sections, FACT_SECTION_NAMES);
    const ids = COMPARISON.flatMap((row) => (row.how === "compared" ? [] : [row.id]));
    assert.deepEqual(ids, [...NOT_COMPARED_IDS]);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("is what the page says: after a change run `tsx scripts/comparison-page.ts`", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "databases.md"), "utf8");
    assert.equal(withComparison(page), page);
    const other = page.replace("| owners |", "| no owners |");
    assert.notEqual(withComparison(other), other);
    assert.throws(() => withComparison("# Another page"), /put the two comments back/);
    assert.ok(page.includes(comparisonPage()));
  });

  it("is told of evidence in words, also by ids that another version gave", () => {
    assert.equal(describeNotCompared(["role-passwords", "something-newer"]), "role passwords, something newer");
  });
});
