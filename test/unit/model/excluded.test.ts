import assert from "node:assert/strict";
import { describeExcluded, excludedSummarySchema, summarizeExcluded } from "../../../model/excluded";

describe("what a backup leaves out", () => {
  it("is told in one line", () => {
    const summary = summarizeExcluded({ tables: ["audit.log", "cache.pages"], tableData: ["public.sessions"] });
    assert.equal(
      describeExcluded(summary),
      "without the tables audit.log, cache.pages; without the rows of public.sessions",
    );
    assert.equal(describeExcluded(summarizeExcluded({ tables: ["a.b"], tableData: [] })), "without the table a.b");
  });

  it("is counted in full where there is no room for every name", () => {
    const tables = Array.from({ length: 5000 }, (_, index) => `log.t${index}`);
    const summary = excludedSummarySchema.parse(summarizeExcluded({ tables, tableData: [] }));
    assert.equal(summary.tables.count, 5000);
    assert.equal(summary.tables.names.length, 100);
    assert.match(describeExcluded(summary, 2), /^without the tables log\.t0, log\.t1 and 4998 more$/);
  });
});
