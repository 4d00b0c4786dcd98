import assert from "node:assert/strict";
import { type Coverage, uncovered } from "../../../model/coverage";

const all: Coverage = { include: ["*"], exclude: [], declared: [] };
const SERVER = ["billing", "postgres", "scratch_anna", "scratch_ben", "shop"];

describe("databases without a backup", () => {
  const of = (change: Partial<Coverage>) => uncovered(SERVER, "shop", { ...all, ...change });

  it("are all but this one, those declared elsewhere, and those that need none", () => {
    assert.deepEqual(of({}), ["billing", "scratch_anna", "scratch_ben"]);
    assert.deepEqual(of({ declared: ["billing"] }), ["scratch_anna", "scratch_ben"]);
    assert.deepEqual(of({ declared: ["billing"], exclude: ["scratch_*"] }), []);
  });

  it("are only those that ought to have one", () => {
    assert.deepEqual(of({ include: ["scratch_a*", "b*"] }), ["billing", "scratch_anna"]);
  });

  it("are declared by their full names: a pattern there would cover what nobody backs up", () => {
    assert.deepEqual(of({ declared: ["*"], exclude: ["scratch_*"] }), ["billing"]);
  });

  it("do not include postgres unless it is named", () => {
    assert.deepEqual(of({ include: ["post*"] }), []);
    assert.deepEqual(of({ include: ["postgres"] }), ["postgres"]);
    assert.deepEqual(of({ include: ["*", "postgres"], exclude: ["postgres"] }), [
      "billing",
      "scratch_anna",
      "scratch_ben",
    ]);
  });
});
