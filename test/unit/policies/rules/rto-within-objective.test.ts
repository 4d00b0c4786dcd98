import assert from "node:assert/strict";
import { restorePathProven } from "../../../../policies/rules/restore-path-proven";
import { rtoWithinObjective } from "../../../../policies/rules/rto-within-objective";
import { aBackup, anOffSiteCopy, aRecord, HOUR } from "../../../policy/support/evidence";
import { drill, FAILED, found, GATE, keys, NOW, proven, testimony, unproven, waived } from "../drills";
import { component, UNKNOWN_STRING } from "../stack";

const run = (descriptor: unknown, settings?: object) => found(rtoWithinObjective, [drill(descriptor)], settings);
const missed = (objectives: { rpoSeconds: number; rtoSeconds: number }) => proven("production", { objectives });

describe("rto-within-objective", () => {
  it("is silent on what was measured within the objectives, to the second", () => {
    assert.deepEqual(run(proven()), []);
    // Measured: 24 hours and 90 seconds.
    assert.deepEqual(run(missed({ rpoSeconds: 24 * HOUR, rtoSeconds: 90 })), []);
  });

  it("refuses a recovery that took too long: verdict, reason, remedy, page, and the drill's own URN", () => {
    const slow = missed({ rpoSeconds: 26 * HOUR, rtoSeconds: 60 });
    assert.deepEqual(run(slow), [
      {
        urn: drill(slow).urn,
        message: [
          "app/orders/orders: the last drill missed its objectives.",
          "Reason: ConfigMap app-drill/orders: the measured recovery time (RTO) was 1m 30s; the objective is 1m",
          "Remedy: make the recovery meet its objective, or change the objective with those who rely on it, and run the drill again",
          "Page: docs/policies/rto-within-objective.md",
        ].join("\n"),
      },
    ]);
  });

  it("refuses a recovery point that is too old, and backups that have stopped", () => {
    assert.match(
      run(missed({ rpoSeconds: 23 * HOUR, rtoSeconds: HOUR }))[0]?.message ?? "",
      /recovery point \(RPO\) was 1d; the objective is 23h/,
    );
    const old = testimony("production");
    const snapshotAt = new Date(NOW.getTime() - 40 * HOUR * 1000).toISOString();
    const backup = { ...(old.backup as NonNullable<typeof old.backup>), snapshotAt };
    const [violation] = run(proven("production", {}, { backup }));
    assert.match(
      violation?.message ?? "",
      /the age of the newest backup when it was drilled was 1d 14h; the objective is 1d 2h/,
    );
  });

  it("refuses objectives that are longer than the gate allows, whoever measured what: a program cannot declare 30 days", () => {
    const lax = { rpoSeconds: 30 * 24 * HOUR, rtoSeconds: 30 * 24 * HOUR };
    const declared = missed(lax);
    assert.deepEqual(run(declared), []);
    assert.deepEqual(run(declared, { ...GATE, maxRto: "30d", maxRpo: "30d" }), []);
    const [violation, ...others] = run(declared, { ...GATE, maxRto: "4h", maxRpo: "26h" });
    assert.deepEqual(others, []);
    assert.deepEqual(violation?.message.split("\n").slice(0, 3), [
      "app/orders/orders: its objectives are longer than production allows.",
      "Reason: the objective for the recovery time (RTO) is 30d, and restore-gate's maxRto is 4h",
      "Reason: the objective for the recovery point (RPO) is 30d, and restore-gate's maxRpo is 1d 2h",
    ]);
    assert.equal(run(unproven("production", { objectives: lax }), { ...GATE, maxRto: "4h" }).length, 1);
    assert.equal(run(proven(), { ...GATE, maxRto: "59m" }).length, 1);
  });

  it("leaves a recovery point that the backup declares, too, to the backup's own rule, and says the time once for two copies", () => {
    const objectives = { rpoSeconds: 30 * 24 * HOUR, rtoSeconds: 30 * 24 * HOUR };
    const backup = component("backup", "b", aBackup("production", { rpoSeconds: 30 * 24 * HOUR }));
    const both = unproven("production", { objectives, offSite: { ...anOffSiteCopy(), rpoSeconds: 30 * 24 * HOUR } });
    const limits = (limit: object) =>
      found(rtoWithinObjective, [backup, drill(both)], { ...GATE, ...limit }).map(
        ({ message }) => message.split("\n")[0],
      );
    assert.deepEqual(limits({ maxRpo: "26h" }), []);
    assert.deepEqual(limits({ maxRto: "4h" }), [
      "app/orders/orders: its objectives are longer than production allows.",
    ]);
  });

  it("holds the measured to what is declared now, not to what the drill was told", () => {
    const lenient = { objectives: { rpoSeconds: 99 * HOUR, rtoSeconds: 99 * HOUR } };
    assert.equal(run(proven("production", { objectives: { rpoSeconds: 1, rtoSeconds: 1 } }, lenient)).length, 1);
  });

  it("does not measure production by staging's time", () => {
    const slow = testimony("staging", { measured: { rpoSeconds: 99 * HOUR, rtoSeconds: 99 * HOUR } });
    assert.deepEqual(run(unproven("production", { evidence: [aRecord(slow, keys)] })), []);
  });

  it("says its part alone where evidence fails and misses its objectives too", () => {
    const both = proven("production", { objectives: { rpoSeconds: 26 * HOUR, rtoSeconds: 60 } }, FAILED);
    const reasons = (text = "") => text.split("\n").filter((line) => line.startsWith("Reason: "));
    assert.equal(reasons(run(both)[0]?.message).length, 1);
    assert.equal(reasons(found(restorePathProven, [drill(both)])[0]?.message).length, 1);
  });

  it("is silent where there is nothing measured: no evidence, an unknown descriptor, no configuration; and under a waiver", () => {
    const slow = missed({ rpoSeconds: 26 * HOUR, rtoSeconds: 60 });
    for (const descriptor of [unproven(), UNKNOWN_STRING, undefined]) assert.deepEqual(run(descriptor), []);
    assert.deepEqual(run(slow, {}), []);
    assert.deepEqual(run(slow, waived()), []);
  });
});
