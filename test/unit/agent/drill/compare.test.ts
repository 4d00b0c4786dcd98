import assert from "node:assert/strict";
import { Checks } from "../../../../agent/drill/checks";
import { checkSection, sequencesBehind } from "../../../../agent/drill/compare";

describe("a drill compares", () => {
  it("a section, and names what is lost", () => {
    const checks = new Checks();
    const expected = { "table public.hosts to app": "SELECT, UPDATE", "table public.hosts to owner": "SELECT" };
    checkSection(checks, "grants", expected, { "table public.hosts to app": "SELECT" });
    const [result] = checks.results;
    assert.equal(result?.id, "access.grants");
    assert.equal(result?.passed, false);
    assert.match(result?.expected ?? "", /^2 entries, sha256 [0-9a-f]{16}…$/);
    assert.match(
      result?.actual ?? "",
      /missing: table public\.hosts to owner; changed: table public\.hosts to app \(expected SELECT, UPDATE, found SELECT\)/,
    );
  });

  it("materialized views by whether they are there; what the restore recomputes is told, and is no difference", () => {
    const check = (expected: Record<string, string>, actual: Record<string, string>) => {
      const checks = new Checks();
      checkSection(checks, "materializedViews", expected, actual);
      return checks.results[0];
    };
    const differs = check({ "public.v": "2 rows, digest a" }, { "public.v": "3 rows, digest b" });
    assert.equal(differs?.passed, true);
    assert.match(
      differs?.actual ?? "",
      /; differs: the restore recomputes public\.v \(was 2 rows, digest a, is 3 rows, digest b\)$/,
    );
    const unread = check(
      { "public.v": "not read: the backup role has no right to" },
      { "public.v": "3 rows, digest b" },
    );
    assert.equal(unread?.passed, true);
    assert.match(unread?.actual ?? "", /; not compared: public\.v/);
    assert.equal(check({ "public.v": "2 rows, digest a" }, {})?.passed, false);
    assert.equal(check({}, { "public.v": "2 rows, digest a" })?.passed, false);
  });

  it("sequences by who would give a number out again", () => {
    const behind = (recorded: string, restored: string) =>
      sequencesBehind({ s: recorded }, { s: restored }).changed.length > 0;
    assert.equal(behind("10, called, by 1", "10, called, by 1"), false);
    assert.equal(behind("10, called, by 1", "11, called, by 1"), false);
    assert.equal(behind("10, called, by 1", "9, called, by 1"), true);
    assert.equal(behind("10, called, by 1", "10, not called, by 1"), true);
    assert.equal(behind("10, called, by 1", "11, not called, by 1"), false);
    assert.equal(behind("98, called, by -2", "96, called, by -2"), false);
    assert.equal(behind("98, called, by -2", "100, called, by -2"), true);
    assert.equal(behind("5, called, by 1, cycles", "1, called, by 1, cycles"), false);
    assert.deepEqual(sequencesBehind({ s: "1, called, by 1" }, {}).missing, ["s"]);
  });
});
