import assert from "node:assert/strict";
import { restorePathProven } from "../../../../policies/rules/restore-path-proven";
import { restorePathUnproven } from "../../../../policies/rules/restore-path-unproven";
import { waiverIsValid } from "../../../../policies/rules/waiver-is-valid";
import { HOUR, TARGET } from "../../../policy/support/evidence";
import { drill, FAILED, found, GATE, keys, NOW, proven, waived } from "../drills";

const failing = drill(proven("production", {}, FAILED));
const run = (settings: object) => found(waiverIsValid, [failing], settings);

describe("waiver-is-valid", () => {
  it("is silent without waivers, on one that holds, and without a configuration", () => {
    assert.deepEqual(run(GATE), []);
    assert.deepEqual(run(waived()), []);
    assert.deepEqual(run({}), []);
  });

  it("refuses one that has expired: verdict, reason, remedy, page, about the stack as a whole", () => {
    const times = { notBefore: "2026-01-01T00:00:00Z", expires: "2026-01-02T00:00:00Z" };
    assert.deepEqual(run(waived(times)), [
      {
        urn: undefined,
        message: [
          "Waiver 1 of the configuration does not hold.",
          "Reason: it expired at 2026-01-02T00:00:00Z",
          "Remedy: remove it, or have a person whose key is in waiverKeys sign one for this target and environment, for 72 hours at most",
          "Page: docs/policies/waiver-is-valid.md",
        ].join("\n"),
      },
    ]);
  });

  const in72Hours = new Date(NOW.getTime() + 72 * HOUR * 1000).toISOString();
  const tomorrow = new Date(NOW.getTime() + 24 * HOUR * 1000).toISOString();
  const invalid: [string, object, RegExp][] = [
    ["too long", waived({ expires: in72Hours }), /it holds for 3d 1h; a waiver holds for 3d at most/],
    ["not yet valid", waived({ notBefore: tomorrow, expires: in72Hours }), /it holds only from /],
    ["for another environment", waived({ environment: "staging" }), /it is for environment staging, not production/],
    ["signed with the evidence key", waived({}, keys), /no trusted key signed it/],
    [
      "for another target",
      waived({ target: { ...TARGET, database: "x" } }),
      /it is for app\/orders\/x, which no drill of this stack is for/,
    ],
    ["not signed at all", { ...GATE, waivers: ["please"] }, /it is not JSON/],
    ["given where no key may sign waivers", { ...waived(), waiverKeys: [] }, /trusted: none/],
  ];
  for (const [what, settings, reason] of invalid)
    it(`refuses one that is ${what}, and it lets nothing pass`, () => {
      assert.match(run(settings)[0]?.message ?? "", reason);
      assert.equal(found(restorePathProven, [failing], settings).length, 1);
      assert.deepEqual(found(restorePathUnproven, [failing], settings), []);
    });

  it("refuses the one of several that does not hold, by its position", () => {
    const [good = "", bad = ""] = [...waived().waivers, ...waived({}, keys).waivers];
    const said = run({ ...GATE, waivers: [good, bad] });
    assert.deepEqual(
      said.map(({ message }) => message.split("\n")[0]),
      ["Waiver 2 of the configuration does not hold."],
    );
  });
});
