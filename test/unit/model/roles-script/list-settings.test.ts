import assert from "node:assert/strict";
import { storedValues } from "../../../../model/roles-script/list-settings";

describe("the stored value of a setting", () => {
  it("is split into its elements where the setting is a list of names, as PostgreSQL splits it", () => {
    for (const [stored, elements] of [
      ['"$user", public', ["$user", "public"]],
      ['a,"b, c" , "d""e"', ["a", "b, c", 'd"e']],
      ['""', [""]],
      ["", [""]],
      ["a;\\! ,;id>(scratch)/OWNED", ["a;\\!", ";id>(scratch)/OWNED"]],
    ] as const)
      assert.deepEqual(storedValues("search_path", stored), elements, stored);
  });

  it("is one string for every other setting, whatever commas it has", () => {
    assert.deepEqual(storedValues("DateStyle", "ISO, MDY"), ["ISO, MDY"]);
    assert.deepEqual(storedValues("createrole_self_grant", "set, inherit"), ["set, inherit"]);
  });

  it("is refused where PostgreSQL could not read it, rather than stored as something else", () => {
    for (const stored of ['"a', "a b", "a,,b", "a,", '"a"b'])
      assert.throws(
        () => storedValues("search_path", stored),
        /setting search_path is stored as a list .* cannot read/,
        stored,
      );
  });
});
