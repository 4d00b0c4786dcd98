import assert from "node:assert/strict";
import { UnknownValueError, unknownCheckingProxy } from "@pulumi/policy";
import fc from "fast-check";
import { hasUnknown, read, readPartly, UNKNOWN } from "../../../policies/known";
import { UNKNOWN_STRING } from "./stack";

const proxied = (value: Record<string, unknown>) => unknownCheckingProxy(value);

describe("reading a resource", () => {
  it("gives what is known, however deep", () => {
    const reading = read(proxied({ a: { b: [1, { c: "x" }] } }), "a", "b");
    assert.equal(JSON.stringify(reading), '{"state":"known","value":[1,{"c":"x"}]}');
  });

  it("says absent for what is not there, is undefined or is null, and below what is no object", () => {
    const props = proxied({ a: null, b: undefined, c: "text" });
    for (const path of [["a"], ["b"], ["z"], ["z", "y"], ["a", "x"], ["c", "x"]])
      assert.deepEqual(read(props, ...path), { state: "absent" });
  });

  it("says unknown, and where, for what is unknown itself, on the way, or inside", () => {
    const props = proxied({ a: { b: [1, { c: UNKNOWN_STRING }] }, d: UNKNOWN_STRING });
    assert.deepEqual(read(props, "a"), { state: "unknown", path: "a.b.1.c" });
    assert.deepEqual(read(props, "d"), { state: "unknown", path: "d" });
    assert.deepEqual(read(props, "d", "below"), { state: "unknown", path: "d.below" });
  });

  it("copies the known parts and marks the others", () => {
    const copy = readPartly(proxied({ a: ["x", UNKNOWN_STRING] }), "a");
    assert.deepEqual(copy, ["x", UNKNOWN]);
    assert.equal(hasUnknown(copy), true);
    assert.equal(hasUnknown(["x", null, undefined]), false);
  });

  it("is needed: touching the same values throws", () => {
    const props = proxied({ a: { b: UNKNOWN_STRING } });
    assert.throws(() => JSON.stringify(props), UnknownValueError);
  });

  it("keeps a key called __proto__ a key", () => {
    const value = read(proxied(JSON.parse('{"a": {"__proto__": {"admin": true}}}')), "a");
    assert.ok(value.state === "known");
    assert.deepEqual(Object.keys(value.value as object), ["__proto__"]);
    assert.equal((value.value as { admin?: boolean }).admin, undefined);
  });

  it("never throws, and finds an unknown exactly where there is one, in any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, unknown) => {
        const props = proxied({ at: unknown ? { deep: [value, UNKNOWN_STRING] } : { deep: [value] } });
        assert.equal(read(props, "at").state, unknown ? "unknown" : "known");
      }),
    );
  });
});
