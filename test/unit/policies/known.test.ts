import assert from "node:assert/strict";
import { UnknownValueError, unknownCheckingProxy } from "@pulumi/policy";
import fc from "fast-check";
import {
  hasUnknown,
  isNo,
  known,
  map,
  read,
  readBoolean,
  readKeys,
  readList,
  readNumber,
  readPartly,
  readString,
  UNKNOWN,
  unknown,
  valueOr,
} from "../../../policies/known";
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

const ABSENT = { state: "absent" } as const;

describe("reading a value of a kind", () => {
  const props = proxied({
    text: "x",
    number: 7,
    digits: "14",
    yes: true,
    y: "y",
    off: "off",
    hidden: UNKNOWN_STRING,
    list: [1],
  });

  it("gives it when it is of the kind, as operators write it", () => {
    assert.deepEqual(readString(props, "text"), known("x"));
    assert.deepEqual([readNumber(props, "number"), readNumber(props, "digits")], [known(7), known(14)]);
    const truths = ["yes", "y", "off"].map((key) => readBoolean(props, key));
    assert.deepEqual(truths, [known(true), known(true), known(false)]);
  });

  it("takes what is of another kind for absent: the provider itself refuses it", () => {
    assert.deepEqual(readString(props, "number"), ABSENT);
    for (const key of ["text", "yes", "list"]) assert.deepEqual(readNumber(props, key), ABSENT);
    for (const key of ["number", "list"]) assert.deepEqual(readBoolean(props, key), ABSENT);
    assert.deepEqual(readNumber(proxied({ a: "-1" }), "a"), ABSENT);
  });

  it("never takes what is unknown for absent", () => {
    for (const reader of [readString, readNumber, readBoolean]) {
      assert.deepEqual(reader(props, "hidden"), unknown("hidden"));
      assert.deepEqual(reader(props, "hidden", "deeper"), unknown("hidden.deeper"));
      assert.deepEqual(reader(props, "nothing"), ABSENT);
    }
  });
});

describe("reading a list and an object", () => {
  const props = proxied({
    list: ["a", UNKNOWN_STRING],
    hidden: UNKNOWN_STRING,
    object: { b: UNKNOWN_STRING, a: 1 },
    text: "x",
  });

  it("gives the elements with the unknown ones marked; an unknown list is not empty", () => {
    assert.deepEqual(readList(props, "list"), ["a", UNKNOWN]);
    assert.deepEqual(readList(props, "hidden"), [UNKNOWN]);
    for (const key of ["object", "text", "nothing"]) assert.deepEqual(readList(props, key), []);
  });

  it("gives the keys of an object, also of values that are unknown", () => {
    assert.deepEqual(readKeys(props, "object"), ["b", "a"]);
    for (const key of ["list", "hidden", "text", "nothing"]) assert.deepEqual(readKeys(props, key), []);
  });

  it("reads copies and what is no object at all in the same way", () => {
    const copy = readPartly(props, "object");
    assert.deepEqual(readString(copy, "b"), unknown("b"));
    for (const nothing of [undefined, null, "text", 7]) assert.deepEqual(read(nothing, "a"), ABSENT);
    assert.deepEqual(read(UNKNOWN, "a"), unknown("a"));
    assert.deepEqual(readList(UNKNOWN), [UNKNOWN]);
  });
});

describe("a reading", () => {
  it("is changed only when it is known; what changes into nothing is absent", () => {
    assert.deepEqual(
      map(known(2), (value) => value * 2),
      known(4),
    );
    assert.deepEqual(
      map(known(2), () => undefined),
      ABSENT,
    );
    assert.deepEqual(
      map(unknown("a"), () => 1),
      unknown("a"),
    );
    assert.deepEqual(
      map(ABSENT, () => 1),
      ABSENT,
    );
  });

  it("gives its value, or what stands for it", () => {
    assert.deepEqual([valueOr(known(1), 2), valueOr(ABSENT, 2), valueOr(unknown("a"), 2)], [1, 2, 2]);
  });

  it("is a no when it is false or absent, and neither yes nor no when it is unknown", () => {
    assert.deepEqual([known(false), ABSENT, known(true), unknown("a")].map(isNo), [true, true, false, false]);
  });
});
