import assert from "node:assert/strict";
import { promotionOrder } from "../../../../policies/rules/promotion-order";
import { restorePathProven } from "../../../../policies/rules/restore-path-proven";
import { aRecord, HOUR, sealed, TARGET, trusting } from "../../../policy/support/evidence";
import { drill, FAILED, found, GATE, keys, proven, testimony, unproven, waived } from "../drills";
import { gatedWithEvidence, UNKNOWN_STRING, violations } from "../stack";

const run = (descriptor: unknown, settings: object = GATE) => found(promotionOrder, [drill(descriptor)], settings);
const inEnvironment = (environment: string, changes: object = {}) => ({ ...GATE, environment, ...changes });

describe("promotion-order", () => {
  it("is silent on a path that is proven here, and on a stack without drills", () => {
    assert.deepEqual(run(proven()), []);
    assert.deepEqual(found(promotionOrder, []), []);
  });

  it("refuses an unproven path in production: verdict, reasons, remedy, page, and the drill's own URN", () => {
    assert.deepEqual(run(unproven()), [
      {
        urn: drill(unproven()).urn,
        message: [
          "app/orders/orders: rejected in production, the restore path is unproven.",
          "Reason: no drill has passed for this restore path yet",
          "Reason: production deploys only what was proven here or in staging",
          "Remedy: let the drill pass in staging with this restore path, and give its evidence to the RestoreDrill of app/orders/orders",
          "Page: docs/policies/promotion-order.md",
        ].join("\n"),
      },
    ]);
  });

  for (const environment of ["local", "develop"])
    it(`lets ${environment}, a first environment, deploy what is unproven if the drill runs on this deployment`, () => {
      assert.deepEqual(run(unproven(environment), inEnvironment(environment)), []);
      const triggers = { afterBackup: true, onDeployment: false };
      const [violation] = run(unproven(environment, { triggers }), inEnvironment(environment));
      assert.match(
        violation?.message ?? "",
        /this deployment would bring no proof either\nRemedy: set triggers\.onDeployment/,
      );
    });

  it("lets production deploy what staging proved, and what the gate was given of it", async () => {
    const staging = testimony("staging");
    assert.deepEqual(run(unproven("production", { evidence: [aRecord(staging, keys)] })), []);
    const given = { ...GATE, evidence: [sealed(staging, keys)] };
    assert.deepEqual(await gatedWithEvidence(given, () => violations(promotionOrder, [drill(unproven())])), []);
  });

  it("does not take proof from an environment that is not the one before", () => {
    const environments = ["local", "develop", "staging", "canary", "production"];
    const order = { environments, trustedKeys: trusting(keys, environments) };
    const descriptor = unproven("production", { evidence: [aRecord(testimony("staging"), keys)] });
    assert.match(
      found(restorePathProven, [drill(descriptor)], { ...GATE, ...order })[0]?.message ?? "",
      /or of canary, app\/orders\/orders, counts here/,
    );
  });

  it("takes evidence that could not be read, and a drill of an empty database, for no proof", () => {
    const unread = proven("production", { evidenceProblems: ["ConfigMap app-drill/orders: 403"] });
    assert.match(run(unread)[0]?.message ?? "", /evidence could not be read: ConfigMap app-drill\/orders: 403/);
    const empty = proven("production", {}, { contents: { tables: 3, rows: 0 } });
    assert.match(run(empty)[0]?.message ?? "", /the drilled database was empty, which proves nothing about data/);
  });

  it("leaves evidence that is refused, and drills that cannot be relied on, to restore-path-proven", () => {
    assert.deepEqual(run(proven("production", {}, FAILED)), []);
    assert.deepEqual(run(UNKNOWN_STRING), []);
    assert.deepEqual(run({ ...unproven(), target: { ...TARGET, database: UNKNOWN_STRING } }), []);
    assert.deepEqual(run(undefined), []);
  });

  it("refuses stale proof of the environment before through restore-path-proven: somebody refuses it", () => {
    const stale = unproven("production", { evidence: [aRecord(testimony("staging", {}, 30 * HOUR), keys)] });
    assert.equal(found(restorePathProven, [drill(stale)]).length + run(stale).length, 1);
  });

  it("is silent under a waiver, and without a configuration, of which others speak", () => {
    assert.deepEqual(run(unproven(), waived()), []);
    assert.deepEqual(run(unproven(), {}), []);
  });
});
