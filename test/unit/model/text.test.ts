import assert from "node:assert/strict";
import { isPlain, oneLine, printable, unprintableIn } from "../../../model/text";

const ESC = "\u001b";
/** What could move the cursor, or hide or reverse what is shown beside it. */
const HOSTILE = [
  `${ESC}[1A`,
  `${ESC}[2K\r`,
  `${ESC}[8m`,
  `${ESC}]8;;https://example.com${ESC}\\`,
  "\u009b31m",
  "\u202e",
  "\u2066",
  "\u200b",
  "\u2028",
  "\b\b\b",
  "\u007f",
  "\udb40\udc41",
];

describe("a text that others wrote", () => {
  for (const text of HOSTILE)
    it(`is shown with ${JSON.stringify(text)} made visible, as JSON would have it`, () => {
      const shown = printable(`before${text}after`);
      assert.ok(isPlain(shown), shown);
      assert.match(shown, /^before.*\\u[0-9a-f]{4}.*after$/);
      assert.equal(isPlain(text), false);
      assert.ok(isPlain(oneLine(text, 100)));
    });

  it("keeps its lines, its tabs, and the letters of every language", () => {
    const text = "a\n\tb: Zoë, 東京, עברית, 👍🏽";
    assert.equal(printable(text), text);
  });

  it("stays the same JSON when it is JSON", () => {
    const value = { name: `x${ESC}[1A\u202e` };
    assert.deepEqual(JSON.parse(printable(JSON.stringify(value))), value);
  });

  it("is found wherever it stands in a value, in a key as well", () => {
    assert.deepEqual(unprintableIn({ a: [{ b: "fine" }, { c: `${ESC}[2J` }] }), ["a", 1, "c"]);
    assert.deepEqual(unprintableIn({ a: { [`${ESC}x`]: 1 } }), ["a"]);
    assert.equal(unprintableIn({ a: [1, null, true, "fine"] }), undefined);
  });
});
