import assert from "node:assert/strict";
import { askFacts, definition } from "../../../agent/facts/query";
import { contentsOf, FACT_QUERIES } from "../../../agent/facts/record";
import { batches } from "../../../agent/facts/rows";
import { parseSequenceValue } from "../../../agent/facts/sequences";
import { quoteIdentifier, quoteLiteral } from "../../../agent/postgres/quote";
import { FACT_SECTION_NAMES } from "../../../model/facts";

/** A client that answers every query with `found`. */
const answering = (found: object[]) =>
  ({ query: async () => ({ rows: found }), getTransactionStatus: () => "I" }) as unknown as Parameters<
    typeof askFacts
  >[0];

describe("facts", () => {
  it("are asked for in every section that is not read from tables", () => {
    const asked = new Set(FACT_QUERIES.map((query) => query.section));
    const read = ["rows", "contents", "materializedViews", "extensionRows", "sequenceValues", "migrations"];
    assert.deepEqual(FACT_SECTION_NAMES.filter((name) => !asked.has(name)).sort(), read.sort());
  });

  it("keep short definitions as text, and long ones as digests", () => {
    assert.equal(definition({ plain: "#1 integer", expression: null }, false), "#1 integer");
    assert.match(definition({ plain: "x".repeat(1000), expression: null }, false), /^sha256 [0-9a-f]{64}$/);
  });

  it("keep what may hold a secret as a digest, however short", () => {
    assert.match(definition({ plain: "sesame", expression: null }, true), /^sha256 [0-9a-f]{64}$/);
  });

  it("do not lose one of two objects of the same identity", async () => {
    const rows = [
      { identity: "a", plain: "1", expression: null },
      { identity: "a", plain: "2", expression: null },
    ];
    assert.deepEqual(await askFacts(answering(rows), { section: "types", sql: "" }, 17), { a: "1", "a (2)": "2" });
  });

  it("count tables and rows", () => {
    assert.deepEqual(contentsOf({ a: "3", b: "4000000000" }), { tables: 2, rows: 4_000_000_003 });
  });

  it("read a sequence's value as it was written", () => {
    assert.deepEqual(parseSequenceValue("-9223372036854775808, not called, by -1, cycles"), {
      last: -9_223_372_036_854_775_808n,
      called: false,
      by: -1n,
      cycles: true,
    });
    assert.throws(() => parseSequenceValue("17"), /is not a sequence's recorded value/);
  });

  it("are asked for in batches", () => {
    assert.deepEqual(batches([1, 2, 3], 2), [[1, 2], [3]]);
  });

  it("quote whatever name people gave", () => {
    assert.equal(quoteIdentifier('Odd "Name"'), '"Odd ""Name"""');
    assert.equal(quoteLiteral("it's"), "'it''s'");
    assert.equal(quoteLiteral("a\\b"), "E'a\\\\b'");
  });
});
