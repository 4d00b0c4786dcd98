import assert from "node:assert/strict";
import { analysisOf, configureGate } from "../../../policies/analysis";
import { UNCONFIGURED } from "../../../policies/settings";
import { aBackup } from "../../policy/support/evidence";
import { gateIn } from "./facts";
import { component } from "./stack";

const backup = (name: string) => component("backup", name, aBackup("production"));

describe("the analysis of a stack", () => {
  beforeEach(() => configureGate(UNCONFIGURED));
  after(() => configureGate(UNCONFIGURED));

  it("is made once for all rules, although each gets copies of the resources", () => {
    const first = analysisOf("first", [backup("a"), backup("b")]);
    const second = analysisOf("second", [backup("a"), backup("b")]);
    assert.equal(second, first);
    assert.equal(first.index.ownBackups.length, 2);
  });

  it("is made anew when a rule asks again: that is the next preview, or the next stack", () => {
    const before = analysisOf("a rule", [backup("a")]);
    before.spoken.push({ rule: "a rule" });
    const next = analysisOf("a rule", [component("backup", "a")]);
    assert.notEqual(next, before);
    assert.deepEqual(next.spoken, []);
    assert.equal(next.index.ownBackups[0]?.problem, "it registered no descriptor");
  });

  it("is made anew when the resources are others, or come in another order", () => {
    const before = analysisOf("first", [backup("a"), backup("b")]);
    assert.notEqual(analysisOf("second", [backup("a")]), before);
    assert.notEqual(analysisOf("third", [backup("a"), backup("c")]), before);
    const again = analysisOf("fourth", [backup("a"), backup("b")]);
    assert.notEqual(analysisOf("fifth", [backup("b"), backup("a")]), again);
  });

  it("knows the gate that restore-gate has configured, and no earlier one", () => {
    assert.equal(analysisOf("first", [backup("a")]).gate, UNCONFIGURED);
    const gate = gateIn("staging");
    configureGate(gate);
    assert.equal(analysisOf("second", [backup("a")]).gate, gate);
  });
});
