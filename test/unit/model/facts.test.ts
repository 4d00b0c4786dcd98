import assert from "node:assert/strict";
import fc from "fast-check";
import { skeleton } from "../../../model/expression";
import {
  compareSection,
  describeDifference,
  FACT_SECTION_NAMES,
  FACTS_VERSION,
  type FactSection,
  factsSchema,
  isSame,
  OtherFactsError,
  parseFacts,
  summarizeSection,
} from "../../../model/facts";
import { EVERYTHING } from "../../../model/share";

const section = fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), { maxKeys: 6 });

describe("comparing a section of facts", () => {
  it("finds what is missing, changed and unexpected", () => {
    const difference = compareSection({ a: "1", b: "2", c: "3" }, { a: "1", b: "x", d: "4" });
    assert.deepEqual(difference, {
      missing: ["c"],
      unexpected: ["d"],
      changed: [{ identity: "b", expected: "2", actual: "x" }],
    });
    assert.equal(
      describeDifference("grants", difference),
      "grants: missing: c; changed: b (expected 2, found x); unexpected: d",
    );
  });

  it("names five of each and counts the rest", () => {
    const expected = Object.fromEntries(["a", "b", "c", "d", "e", "f", "g"].map((key) => [key, "1"]));
    assert.equal(
      describeDifference("tables", compareSection(expected, {})),
      "tables: missing: a, b, c, d, e and 2 more",
    );
  });

  it("finds nothing exactly when both are equal, and then the digests are equal too", () => {
    fc.assert(
      fc.property(section, section, (a, b) => {
        const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
        assert.equal(isSame(compareSection(a, b)), same);
        assert.equal(summarizeSection(a).sha256 === summarizeSection(b).sha256, same);
      }),
    );
  });

  it("is not misled by names that every object has", () => {
    assert.deepEqual(compareSection({ constructor: "1", toString: "2" }, {}).missing, ["constructor", "toString"]);
    assert.deepEqual(compareSection({}, { valueOf: "1" }).unexpected, ["valueOf"]);
    const own = JSON.parse('{"__proto__": "1"}') as Record<string, string>;
    assert.deepEqual(compareSection(own, {}).missing, ["__proto__"]);
  });

  it("treats missing and unexpected as each other's mirror", () => {
    fc.assert(
      fc.property(section, section, (a, b) => {
        assert.deepEqual(compareSection(a, b).missing, compareSection(b, a).unexpected);
      }),
    );
  });
});

describe("facts", () => {
  const sections = Object.fromEntries(FACT_SECTION_NAMES.map((name) => [name, {}])) as Record<FactSection, object>;
  const facts = { version: FACTS_VERSION, recordedWith: { contents: EVERYTHING }, sections };

  it("of another version are told apart from damaged ones: nothing is wrong with the backup", () => {
    const old = JSON.stringify({ version: 1, recordedWith: { keyRecordsPerTable: 10 }, sections: {} });
    assert.throws(() => parseFacts(old), new OtherFactsError("they are of version 1, and this agent reads version 2"));
    assert.throws(
      () => parseFacts('{"version": 2}'),
      (error) => !(error instanceof OtherFactsError),
    );
    assert.deepEqual(parseFacts(JSON.stringify(facts)), facts);
  });

  it("have every section, also when it is empty: a section that was not recorded cannot be compared", () => {
    assert.ok(factsSchema.safeParse(facts).success);
    for (const name of FACT_SECTION_NAMES) {
      const { [name]: _, ...others } = sections;
      assert.equal(factsSchema.safeParse({ ...facts, sections: others }).success, false, name);
    }
    assert.equal(factsSchema.safeParse({ ...facts, sections: { ...sections, other: {} } }).success, false);
  });
});

describe("the skeleton of an expression", () => {
  const equal: [string, string, string][] = [
    [
      "casts that a restore moves",
      "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
      "((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))",
    ],
    ["parentheses around one thing, and space", "(((a)) > (1))", "a  >\n1"],
    [
      "parentheses around an array and its cast",
      "x = ANY ((ARRAY[1, y])::bigint[])",
      "x = ANY (ARRAY[(1)::bigint, y::bigint])",
    ],
    ["a cast of an array of one", "(ARRAY[a])::character varying[]", "ARRAY[(a)::character varying]"],
  ];
  for (const [what, a, b] of equal) it(`leaves out ${what}`, () => assert.equal(skeleton(a), skeleton(b)));

  const different: [string, string, string][] = [
    ["a value", "kind = 'a'", "kind = 'b'"],
    ["space inside a literal", "kind = 'a b'", "kind = 'a  b'"],
    ["parentheses inside a literal", "kind = 'a'", "kind = '(a)'"],
    ["a cast inside a literal", "kind = 'x::text'", "kind = 'x'"],
    ["a quote inside a literal", "kind = 'it''s (a)'", "kind = 'it''s a'"],
    ["a cast to another type", "a::integer", "a"],
    ["a cast to text", "id::text = x", "id = x"],
    ["which of AND and OR binds", "(a AND (b OR c))", "((a AND b) OR c)"],
    ["the order of operations", "(a - (b - c))", "((a - b) - c)"],
    ["a call", "f(x)", "(x)"],
    ["a comparison", "a > 1", "a >= 1"],
    ["a quoted name", '"a b" > 1', '"a  b" > 1'],
    ["words that touch once parentheses are gone", "NOT(a)", "NOTa"],
  ];
  for (const [what, a, b] of different) it(`keeps ${what}`, () => assert.notEqual(skeleton(a), skeleton(b)));

  it("is its own skeleton", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ()'"=,:]*$/), (text) =>
        assert.equal(skeleton(skeleton(text)), skeleton(text)),
      ),
    );
  });
});
