import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MUTANTS } from "../../mutants/all";
import { mutantsPage, PAGE } from "../../mutants/page";

const root = join(__dirname, "../../..");

/** `make test-mutants` runs them, for minutes. That each can be made, and is on the page, is seen here. */
describe("the errors made on purpose", () => {
  it("are at least sixty", () => assert.ok(MUTANTS.length >= 60, String(MUTANTS.length)));

  for (const { file, was, becomes, forbids, tests } of MUTANTS)
    it(`can be made: ${forbids} (${file})`, () => {
      const places = readFileSync(join(root, file), "utf8").split(was).length - 1;
      assert.equal(places, 1, `this stands ${places} times in ${file}, and must stand there once: ${was}`);
      assert.notEqual(was, becomes);
      assert.ok(tests.length > 0);
      for (const test of tests) assert.ok(existsSync(join(root, "test/unit", test)), test);
    });

  it("are on their page", () => {
    assert.equal(
      readFileSync(PAGE, "utf8"),
      mutantsPage(),
      "docs/mutants.md is out of date; run: npm run mutants:page",
    );
  });
});
