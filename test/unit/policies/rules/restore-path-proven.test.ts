import assert from "node:assert/strict";
import type { DrillDescriptor } from "../../../model/descriptor";
import { leaveNotes } from "../../../policies/notes";
import { restorePathProven } from "../../../policies/restore-path-proven";
import { restorePathUnproven } from "../../../policies/restore-path-unproven";
import {
  aCluster,
  aDrill,
  aRecord,
  aTestimony,
  aWaiver,
  HOUR,
  newKeys,
  sealedWaiver,
  TARGET,
} from "../../policy/support/evidence";
import { component, UNKNOWN_STRING, violations } from "./stack";

const keys = newKeys();
const people = newKeys();
const config = { environment: "production", trustedKeys: [keys.publicKey], waiverKeys: [people.publicKey] };

/** The two policies' messages, as the engine runs them: one after the other. */
function run(resources: Parameters<typeof violations>[1], settings: object = config) {
  const refused = violations(restorePathProven, resources, settings);
  return { refused, noted: violations(restorePathUnproven, resources) };
}

function proven(environment = "production", changes: Partial<DrillDescriptor> = {}): DrillDescriptor {
  const drill = aDrill(environment, { stack: "production", ...changes });
  return { ...drill, evidence: [aRecord(aTestimony(drill, new Date()), keys)] };
}

const drill = (descriptor: unknown) => component("drill", "orders-drill", descriptor);

describe("restore-path-proven", () => {
  it("is silent on a proven path and on a stack without backups, even without a configuration", () => {
    assert.deepEqual(run([drill(proven())]), { refused: [], noted: [] });
    assert.deepEqual(run([], {}), { refused: [], noted: [] });
  });

  it("refuses an unproven path in production: verdict, reasons, remedy, page, and the drill's own URN", () => {
    const resource = drill(aDrill("production"));
    const { refused, noted } = run([resource]);
    assert.deepEqual(noted, []);
    assert.equal(refused[0]?.urn, resource.urn);
    assert.deepEqual(refused[0]?.message.split("\n"), [
      "Rejected in production: the restore path of app/orders/orders is unproven.",
      "Reason: no drill has passed for this restore path yet",
      "Reason: production deploys only what was proven here or in staging",
      "Remedy: let the drill pass in staging with this restore path, and give its evidence to the RestoreDrill of app/orders/orders",
      "Page: docs/policies/restore-path-proven.md",
    ]);
  });

  it("allows an unproven path in a first environment, and its companion shows it", () => {
    for (const environment of ["local", "develop"]) {
      const { refused, noted } = run([drill(aDrill(environment, { stack: "production" }))], { ...config, environment });
      assert.deepEqual(refused, []);
      assert.match(
        noted[0]?.message ?? "",
        /^Allowed in .*: the restore path of app\/orders\/orders is unproven\.\nReason: no drill/,
      );
    }
  });

  it("allows what staging proved, and its companion shows that it was not proven here", () => {
    const staging = aTestimony(aDrill("staging"), new Date());
    const { refused, noted } = run([drill(aDrill("production", { evidence: [aRecord(staging, keys)] }))]);
    assert.deepEqual(refused, []);
    assert.match(noted[0]?.message ?? "", /proven in staging, not yet in production/);
  });

  it("refuses a descriptor that is absent, unknown, unknown inside, or not valid", () => {
    const unknownEvidence = { ...proven(), evidence: [{ source: "s", envelope: UNKNOWN_STRING }] };
    const cases: [unknown, RegExp][] = [
      [undefined, /it registered no descriptor/],
      [UNKNOWN_STRING, /descriptor is unknown at preview/],
      [{ ...proven(), fingerprint: UNKNOWN_STRING }, /descriptor\.fingerprint is unknown at preview/],
      [unknownEvidence, /descriptor\.evidence\.0\.envelope is unknown at preview/],
      [{ ...proven(), evidence: undefined }, /not valid at descriptor\.evidence/],
      [null, /it registered no descriptor/],
    ];
    for (const [descriptor, reason] of cases) {
      const { refused } = run([drill(descriptor)]);
      assert.match(refused[0]?.message ?? "", /^What this drill declares cannot be relied on/);
      assert.match(refused[0]?.message ?? "", reason);
    }
  });

  it("does not believe what a drill says of itself", () => {
    const cases: [DrillDescriptor, RegExp][] = [
      [{ ...proven(), fingerprint: "f".repeat(64) }, /its fingerprint is not that of the restore path it declares/],
      [proven("staging"), /it declares environment staging; this gate is configured for production/],
      [proven("production", { stack: "production-eu" }), /it declares stack production-eu, which is not the one/],
    ];
    for (const [descriptor, reason] of cases) assert.match(run([drill(descriptor)]).refused[0]?.message ?? "", reason);
  });

  it("takes the stack's name with and without project and organization", () => {
    for (const stack of ["production", "shop/production", "acme/shop/production"])
      assert.deepEqual(run([drill(proven("production", { stack }))]).refused, []);
    for (const stack of ["other/production", "acme/other/production", "shop/production/x", "xproduction"])
      assert.equal(run([drill(proven("production", { stack }))]).refused.length, 1, stack);
  });

  it("refuses a drill of another engine version or image than the cluster in the stack runs", () => {
    const cluster = (changes: Parameters<typeof aCluster>[1]) =>
      component("cluster", "c", aCluster("production", changes));
    assert.deepEqual(run([drill(proven()), cluster({})]).refused, []);
    const upgraded = run([
      drill(proven()),
      cluster({ postgresMajor: 18, image: "registry.example.com/postgresql:18" }),
    ]);
    assert.match(upgraded.refused[0]?.message ?? "", /drills PostgreSQL major version 17, and the cluster runs 18/);
    assert.match(upgraded.refused[0]?.message ?? "", /drills server image .*:17\.6, and the cluster runs .*:18/);
    assert.deepEqual(run([drill(proven()), cluster({ cluster: "other", postgresMajor: 18 })]).refused, []);
  });

  it("judges each drill on its own", () => {
    const second = component(
      "drill",
      "audit-drill",
      aDrill("production", { target: { ...TARGET, database: "audit" } }),
    );
    const { refused } = run([drill(proven()), second]);
    assert.deepEqual(
      refused.map((r) => r.urn),
      [second.urn],
    );
  });

  it("reports a defect of its own as a violation, not as a pass", () => {
    const broken = component("drill", "d", proven());
    Object.defineProperty(broken, "props", {
      get: () => {
        throw new TypeError("boom");
      },
    });
    assert.match(run([broken]).refused[0]?.message ?? "", /^This rule could not be checked[\s\S]*boom/);
  });

  it("does not print notes of an earlier stack", () => {
    const stacks: [Parameters<typeof run>[0], object][] = [
      [[drill(proven())], config],
      [[drill(proven())], {}],
      [[], {}],
    ];
    for (const [resources, settings] of stacks) {
      leaveNotes([{ verdict: "old", reasons: [], remedies: [] }]);
      assert.deepEqual(run(resources, settings).noted, []);
    }
  });
});

describe("restore-path-proven with a waiver", () => {
  const now = new Date();
  const failing = () => {
    const predicate = { ...aTestimony(aDrill("production"), now), passed: false, failures: ["role app is missing"] };
    return aDrill("production", { evidence: [aRecord(predicate, keys)] });
  };
  const waived = (changes: Parameters<typeof aWaiver>[2] = {}, signer = people) => ({
    ...config,
    waivers: [sealedWaiver(aWaiver("production", now, changes), signer)],
  });

  it("lets the rejected deployment pass, and its companion prints who, why, until when, and what is wrong", () => {
    const { refused, noted } = run([drill(failing())], waived());
    assert.deepEqual(refused, []);
    assert.match(noted[0]?.message ?? "", /^Waived in production: .* is not proven by its evidence\./);
    assert.match(
      noted[0]?.message ?? "",
      /Reason: waived until .* by Ada Lovelace.*: the drill fails on a missing extension/,
    );
    assert.match(noted[0]?.message ?? "", /failed: role app is missing/);
  });

  it("covers its own target alone", () => {
    const audit = { ...TARGET, database: "audit" };
    const second = component("drill", "audit-drill", aDrill("production", { target: audit }));
    const { refused, noted } = run([drill(failing()), second], waived());
    assert.deepEqual([refused.map((r) => r.urn), noted.map((n) => n.urn)], [[second.urn], [drill(failing()).urn]]);
  });

  it("prints a waiver that is not needed too", () => {
    const { refused, noted } = run([drill(proven())], waived());
    assert.deepEqual(refused, []);
    assert.match(
      noted[0]?.message ?? "",
      /^Waiver not needed in production.*\n.*waived until.*\nRemedy: remove the waiver/,
    );
  });

  const invalid: [string, object, RegExp][] = [
    [
      "expired",
      waived({ notBefore: "2026-01-01T00:00:00Z", expires: "2026-01-02T00:00:00Z" }),
      /it expired at 2026-01-02/,
    ],
    ["too long", waived({ expires: new Date(now.getTime() + 72 * HOUR * 1000).toISOString() }), /72|3d at most/],
    ["signed with the evidence key", waived({}, keys), /no trusted key signed it/],
    [
      "for another target",
      waived({ target: { ...TARGET, database: "x" } }),
      /it is for app\/orders\/x, which no drill/,
    ],
    ["not signed at all", { ...config, waivers: ["please"] }, /it is not JSON/],
    ["given where no key may sign waivers", { ...waived(), waiverKeys: [] }, /trusted: none/],
  ];
  for (const [what, settings, reason] of invalid) {
    it(`refuses one that is ${what}, and the deployment with it`, () => {
      const { refused } = run([drill(failing())], settings);
      assert.equal(refused.length, 2);
      assert.match(refused[0]?.message ?? "", /^Waiver 1 of the configuration does not hold\./);
      assert.match(refused[0]?.message ?? "", reason);
      assert.match(refused[1]?.message ?? "", /^Rejected in production/);
    });
  }

  it("does not cover a drill that lies about itself", () => {
    const { refused } = run([drill({ ...failing(), fingerprint: "f".repeat(64) })], waived());
    assert.match(refused[0]?.message ?? "", /^What this drill declares cannot be relied on/);
  });
});
