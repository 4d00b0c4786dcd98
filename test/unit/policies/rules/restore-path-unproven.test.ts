import assert from "node:assert/strict";
import { promotionOrder } from "../../../../policies/rules/promotion-order";
import { restorePathProven } from "../../../../policies/rules/restore-path-proven";
import { restorePathUnproven } from "../../../../policies/rules/restore-path-unproven";
import { aRecord, SERVER_IMAGE, sealed, TARGET } from "../../../policy/support/evidence";
import { drill, FAILED, found, GATE, keys, proven, testimony, unproven, waived } from "../drills";
import { gated, gatedWithEvidence, resource, UNKNOWN_STRING, violations } from "../stack";

const run = (descriptor: unknown, settings?: object) => found(restorePathUnproven, [drill(descriptor)], settings);

describe("restore-path-unproven", () => {
  it("only advises", () => {
    assert.equal(restorePathUnproven.enforcementLevel, "advisory");
  });

  it("is silent on a proven path, on what is refused anyway, and without a configuration", () => {
    assert.deepEqual(run(proven()), []);
    assert.deepEqual(run(proven("production", {}, FAILED)), []);
    assert.deepEqual(run(unproven()), []);
    assert.deepEqual(run(UNKNOWN_STRING), []);
    assert.deepEqual(run(unproven(), {}), []);
  });

  for (const environment of ["local", "develop"])
    it(`shows an unproven path that ${environment} lets pass: what, why, what to do, where to read on`, () => {
      const descriptor = unproven(environment);
      assert.deepEqual(run(descriptor, { ...GATE, environment }), [
        {
          urn: drill(descriptor).urn,
          message: [
            `app/orders/orders: allowed in ${environment}, the restore path is unproven.`,
            "Reason: no drill has passed for this restore path yet",
            "Remedy: the drill runs on this deployment; deploy again to see its evidence counted",
            "Page: docs/policies/restore-path-unproven.md",
          ].join("\n"),
        },
      ]);
    });

  it("shows that what staging proved was not proven here", () => {
    const [note] = run(unproven("production", { evidence: [aRecord(testimony("staging"), keys)] }));
    assert.match(note?.message ?? "", /allowed in production, the restore path is proven\./);
    assert.match(
      note?.message ?? "",
      /proven in staging, not yet in production: its recovery time here has not been measured/,
    );
    assert.match(note?.message ?? "", /Remedy: run the drill here after the deployment/);
  });
});

describe("restore-path-unproven under a waiver", () => {
  const failing = proven("production", {}, FAILED);

  it("shows who lets the rejected deployment pass, why, until when, and what is wrong", () => {
    assert.deepEqual(found(restorePathProven, [drill(failing)], waived()), []);
    const [note] = run(failing, waived());
    assert.match(
      note?.message ?? "",
      /^app\/orders\/orders: waived in production, the restore path is not proven by its evidence\./,
    );
    assert.match(
      note?.message ?? "",
      /Reason: waived until .* by Ada Lovelace.*: the drill fails on a missing extension/,
    );
    assert.match(note?.message ?? "", /failed: role app is missing/);
    assert.match(note?.message ?? "", /Remedy: repair it and let the drill pass before the waiver ends/);
  });

  it("shows it for an unproven path too, and that it is not needed for a proven one", () => {
    assert.match(run(unproven(), waived())[0]?.message ?? "", /waived in production, the restore path is unproven/);
    const [note] = run(proven(), waived());
    assert.match(note?.message ?? "", /waiver not needed in production.*\n.*waived until.*\nRemedy: remove the waiver/);
  });

  it("covers its own target alone", () => {
    const audit = drill(proven("production", { target: { ...TARGET, database: "audit" } }, FAILED), "audit-drill");
    const stack = [drill(failing), audit];
    assert.deepEqual(
      found(restorePathProven, stack, waived()).map(({ urn }) => urn),
      [audit.urn],
    );
    assert.deepEqual(
      found(restorePathUnproven, stack, waived()).map(({ urn }) => urn),
      [drill(failing).urn],
    );
  });

  it("does not cover a drill that lies about itself", () => {
    const liar = drill({ ...failing, fingerprint: "f".repeat(64) });
    assert.match(
      found(restorePathProven, [liar], waived())[0]?.message ?? "",
      /^What this drill declares cannot be relied on/,
    );
    assert.deepEqual(found(restorePathUnproven, [liar], waived()), []);
  });
});

describe("restore-path-unproven before an update that restore-gate would stop", () => {
  const cluster = resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders", {
    metadata: { namespace: "app", name: "orders" },
    spec: { instances: 3, imageName: SERVER_IMAGE },
  });
  const stack = [cluster, drill(proven())];

  it("says so where the drill's own evidence lets the preview pass", () => {
    const [note] = found(restorePathUnproven, stack);
    assert.equal(note?.urn, cluster.urn);
    assert.match(
      note?.message ?? "",
      /^The update will be stopped by restore-gate\. app\/orders: a CloudNativePG Cluster must not start/,
    );
    assert.match(note?.message ?? "", /Reason: the gate was given no evidence\nRemedy: give restore-gate's `evidence`/);
  });

  it("is silent when the gate has that evidence itself, and in the first environments", async () => {
    const settings = { ...GATE, evidence: [sealed(testimony("production"), keys)] };
    assert.deepEqual(await gatedWithEvidence(settings, () => violations(restorePathUnproven, stack)), []);
    const develop = found(restorePathUnproven, [cluster, drill(proven("develop"))], {
      ...GATE,
      environment: "develop",
    });
    assert.deepEqual(develop, []);
  });

  it("is silent when another rule stops the preview already", () => {
    gated(GATE, () => {
      const unprovenStack = [cluster, drill(unproven())];
      assert.equal(violations(promotionOrder, unprovenStack).length, 1);
      assert.deepEqual(violations(restorePathUnproven, unprovenStack), []);
    });
  });
});
