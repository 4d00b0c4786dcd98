import assert from "node:assert/strict";
import { DEFAULT_PROMOTION, type GateSettings, type Position } from "../../../model/gate-settings";
import { decide, judge, type Standing, type Verdict } from "../../../model/verdict";
import { aDrill, aRecord, aTestimony, chained, HOUR, newKeys, trusting } from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const keys = newKeys();

const inLocal: GateSettings = {
  environment: "local",
  position: "first",
  promotion: DEFAULT_PROMOTION,
  trustedKeys: trusting(keys),
  maxEvidenceAgeSeconds: 26 * HOUR,
  selfAttested: "allowed",
};
const inProduction: GateSettings = {
  ...inLocal,
  environment: "production",
  position: "later",
  previousEnvironment: "staging",
};

describe("the gate's table", () => {
  const rows: [Standing["kind"], Position, boolean, Verdict["decision"]][] = [
    ["proven", "first", true, "allow"],
    ["proven", "first", false, "allow"],
    ["proven", "later", true, "allow"],
    ["proven", "later", false, "allow"],
    ["unproven", "first", true, "allow"],
    ["unproven", "first", false, "reject"],
    ["unproven", "later", true, "reject"],
    ["unproven", "later", false, "reject"],
    ["refused", "first", true, "reject"],
    ["refused", "first", false, "reject"],
    ["refused", "later", true, "reject"],
    ["refused", "later", false, "reject"],
  ];
  for (const [standing, position, onDeployment, decision] of rows) {
    const drill = onDeployment ? "a drill on deployment" : "no drill on deployment";
    it(`${decision}s ${standing} evidence in a ${position} environment with ${drill}`, () => {
      assert.equal(decide(standing, position, onDeployment), decision);
    });
  }
});

describe("the verdict on a drill without evidence", () => {
  it("allows it in a first environment and says that it is unproven and what will prove it", () => {
    assert.deepEqual(judge(aDrill("local"), inLocal, now), {
      decision: "allow",
      standing: "unproven",
      refusals: [],
      reasons: ["no drill has passed for this restore path yet"],
      remedies: ["the drill runs on this deployment; deploy again to see its evidence counted"],
    });
  });

  it("rejects it in a first environment when the drill does not run on deployment", () => {
    const drill = aDrill("local", { triggers: { afterBackup: true, onDeployment: false } });
    const verdict = judge(drill, inLocal, now);
    assert.equal(verdict.decision, "reject");
    assert.deepEqual(verdict.remedies, ["set triggers.onDeployment of the RestoreDrill to true"]);
  });

  it("rejects it in a later environment and names the environment that must prove it first", () => {
    const verdict = judge(aDrill("production"), inProduction, now);
    assert.equal(verdict.decision, "reject");
    assert.equal(verdict.standing, "unproven");
    assert.match(verdict.remedies.join(), /pass in staging with this restore path.*app\/orders\/orders/);
  });
});

describe("the verdict on evidence of the drill's own", () => {
  it("allows a fresh passing one without a word, in first and later environments", () => {
    for (const settings of [inLocal, inProduction]) {
      const drill = aDrill(settings.environment);
      drill.evidence = [aRecord(aTestimony(drill, now), keys)];
      assert.deepEqual(judge(drill, settings, now), {
        decision: "allow",
        standing: "proven",
        refusals: [],
        reasons: [],
        remedies: [],
      });
    }
  });

  it("lets the newest decide: an older one that passed does not outweigh a newer that failed", () => {
    const drill = aDrill("production");
    const failing = { ...aTestimony(drill, now, HOUR), passed: false, failures: ["a role is missing"] };
    const passing = aTestimony(drill, now, 2 * HOUR);
    const records = chained([passing, failing], keys).map((envelope) => ({ source: "ConfigMap", envelope }));
    for (const evidence of [records, [...records].reverse()]) {
      const verdict = judge({ ...drill, evidence }, inProduction, now);
      assert.equal(verdict.decision, "reject");
      assert.match(verdict.reasons.join(), /^ConfigMap: the drill of \S+ failed: a role is missing$/);
    }
  });

  it("lets a newer one that passed outweigh an older that failed", () => {
    const drill = aDrill("production");
    const failing = { ...aTestimony(drill, now, 2 * HOUR), passed: false, failures: ["a role is missing"] };
    const records = chained([failing, aTestimony(drill, now)], keys);
    drill.evidence = records.map((envelope) => ({ source: "ConfigMap app-drill/orders", envelope }));
    assert.equal(judge(drill, inProduction, now).decision, "allow");
  });

  it("believes the failing one of two that ended in the same instant, whatever their order", () => {
    const drill = aDrill("production");
    const passing = aTestimony(drill, now);
    const failing = { ...passing, passed: false, failures: ["rows are missing"] };
    for (const predicates of [
      [passing, failing],
      [failing, passing],
    ]) {
      drill.evidence = predicates.map((p) => aRecord(p, keys));
      assert.equal(judge(drill, inProduction, now).decision, "reject");
    }
  });

  it("calls an empty database unproven: allowed first, rejected later", () => {
    for (const [settings, decision] of [
      [inLocal, "allow"],
      [inProduction, "reject"],
    ] as const) {
      const drill = aDrill(settings.environment);
      drill.evidence = [aRecord({ ...aTestimony(drill, now), contents: { tables: 3, rows: 0 } }, keys)];
      const verdict = judge(drill, settings, now);
      assert.equal(verdict.standing, "unproven");
      assert.equal(verdict.decision, decision);
      assert.match(verdict.reasons.join(), /the drilled database was empty/);
    }
  });

  it("calls evidence that could not be read unproven, even beside evidence that could", () => {
    const drill = aDrill("production", { evidenceProblems: ["ConfigMap app-drill/orders: connection refused"] });
    drill.evidence = [aRecord(aTestimony(drill, now), keys)];
    const verdict = judge(drill, inProduction, now);
    assert.equal(verdict.decision, "reject");
    assert.match(verdict.reasons.join(), /could not be read: ConfigMap app-drill\/orders: connection refused/);
  });

  it("rejects as soon as one record is forged, whatever the others say", () => {
    const drill = aDrill("local");
    drill.evidence = [aRecord(aTestimony(drill, now), keys), { source: "file x.json", envelope: "{}" }];
    const verdict = judge(drill, inLocal, now);
    assert.equal(verdict.decision, "reject");
    assert.match(verdict.reasons.join(), /^file x\.json: it is not a signed DSSE envelope$/);
  });
});

describe("the verdict on evidence of the previous environment", () => {
  const staging = aDrill("staging");

  it("allows the first deployment of a path that passed there, and says that the time is not measured here", () => {
    const passed = aTestimony(staging, now);
    const startedAt = new Date(now.getTime() - 92 * HOUR * 1000).toISOString();
    const times = { snapshotAt: startedAt, completedAt: startedAt };
    const slow = {
      ...passed,
      backup: { ...(passed.backup as NonNullable<typeof passed.backup>), ...times },
      drill: { ...passed.drill, startedAt },
      measured: { rpoSeconds: 90 * HOUR, rtoSeconds: 90 * HOUR },
    };
    const verdict = judge(
      aDrill("production", { evidence: [aRecord(slow, keys, "file staging.json")] }),
      inProduction,
      now,
    );
    assert.equal(verdict.decision, "allow");
    assert.match(verdict.reasons.join(), /^file staging\.json: proven in staging, not yet in production/);
  });

  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ["failed", { passed: false, failures: ["grants differ"] }, /failed: grants differ/],
    ["is incomplete", { checks: [] }, /nothing was checked of artifact/],
  ];
  for (const [what, changes, reason] of wrong) {
    it(`rejects when it ${what}`, () => {
      const record = aRecord({ ...aTestimony(staging, now), ...changes }, keys);
      const verdict = judge(aDrill("production", { evidence: [record] }), inProduction, now);
      assert.equal(verdict.decision, "reject");
      assert.match(verdict.reasons.join(), reason);
    });
  }

  it("rejects when it is stale", () => {
    const record = aRecord(aTestimony(staging, now, 27 * HOUR), keys);
    const verdict = judge(aDrill("production", { evidence: [record] }), inProduction, now);
    assert.match(verdict.reasons.join(), /ended 1d 3h ago; evidence counts for 1d 2h/);
    assert.equal(verdict.decision, "reject");
  });

  it("does not let it replace evidence of the environment's own that failed", () => {
    const drill = aDrill("production");
    const failing = { ...aTestimony(drill, now, 5 * HOUR), passed: false, failures: ["a role is missing"] };
    drill.evidence = [aRecord(failing, keys), aRecord(aTestimony(staging, now), keys)];
    assert.equal(judge(drill, inProduction, now).decision, "reject");
  });

  it("takes no notice of its age once there is evidence of the environment's own", () => {
    const drill = aDrill("production");
    drill.evidence = [aRecord(aTestimony(drill, now), keys), aRecord(aTestimony(staging, now, 90 * HOUR), keys)];
    assert.deepEqual(judge(drill, inProduction, now).reasons, []);
  });

  it("counts only one step back: evidence of an environment before the previous one is foreign", () => {
    const record = aRecord(aTestimony(aDrill("develop"), now), keys);
    const verdict = judge(aDrill("production", { evidence: [record] }), inProduction, now);
    assert.match(verdict.reasons.join(), /it is of another drill \(environment develop/);
    assert.equal(verdict.decision, "reject");
  });

  it("lets every stack's drill that is shown speak: one that failed is not hidden by another's success", () => {
    const other = aDrill("staging", { stack: "staging-eu" });
    const failing = { ...aTestimony(other, now, 9 * HOUR), passed: false, failures: ["rows are missing"] };
    const evidence = [aRecord(aTestimony(staging, now), keys), aRecord(failing, keys)];
    assert.equal(judge(aDrill("production", { evidence }), inProduction, now).decision, "reject");
  });
});
