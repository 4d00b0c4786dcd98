import assert from "node:assert/strict";
import type { RestoreDrillDescriptor } from "../../../../model/descriptor";
import type { DrillPredicate } from "../../../../model/evidence";
import { configureGate } from "../../../../policies/analysis";
import { restorePathProven } from "../../../../policies/rules/restore-path-proven";
import { UNCONFIGURED } from "../../../../policies/settings";
import {
  aCluster,
  aRecord,
  aTestimony,
  HOUR,
  newKeys,
  sealed,
  TARGET,
  trusting,
} from "../../../policy/support/evidence";
import {
  anExternalDrill,
  drill,
  FAILED,
  found,
  GATE,
  inChain,
  keys,
  NOW,
  proven,
  testimony,
  unproven,
} from "../drills";
import { component, gated, gatedWithEvidence, resource, UNKNOWN_STRING, violations } from "../stack";

const run = (...resources: Parameters<typeof found>[1]) => found(restorePathProven, resources);
const messages = (...resources: Parameters<typeof found>[1]) => run(...resources).map(({ message }) => message);

describe("restore-path-proven", () => {
  it("is silent on a proven path, and on a stack without backups even without a configuration", () => {
    assert.deepEqual(run(drill(proven())), []);
    assert.deepEqual(found(restorePathProven, [], {}), []);
    assert.deepEqual(found(restorePathProven, [resource("kubernetes:core/v1:ConfigMap", "c", {})], {}), []);
  });

  it("refuses failing evidence: verdict, source and reason, remedy, page, and the drill's own URN", () => {
    const failing = drill(proven("production", {}, FAILED));
    const at = testimony("production").drill.finishedAt;
    assert.deepEqual(run(failing), [
      {
        urn: failing.urn,
        message: [
          "app/orders/orders: rejected in production, its evidence does not prove the restore path.",
          `Reason: ConfigMap app-drill/orders: the drill of ${at} failed: role app is missing`,
          "Remedy: repair what the drill found and run it again; if the deployment itself is the repair, ask for a waiver",
          "Page: docs/policies/restore-path-proven.md",
        ].join("\n"),
      },
    ]);
  });

  const refused: [string, RestoreDrillDescriptor, RegExp][] = [
    [
      "stale",
      drillWith(testimony("production", {}, 27 * HOUR)),
      /the drill ended 1d 3h ago; evidence counts for 1d 2h/,
    ],
    [
      "from the future",
      drillWith(testimony("production", {}, -1.5 * HOUR)),
      /the drill ended 1h \d+m in the future .*: a clock is wrong/,
    ],
    ["incomplete", drillWith({ ...testimony("production"), checks: [] }), /nothing was checked of artifact/],
    ["of another drill", drillWith(testimony("local")), /it is of another drill \(environment local/],
    [
      "not JSON",
      { ...unproven(), evidence: [{ source: "file e.json", envelope: "restored!" }] },
      /file e.json: it is not JSON/,
    ],
    [
      "larger than a ConfigMap can be",
      { ...unproven(), evidence: [{ source: "file e.json", envelope: `"${"x".repeat(2 * 1024 * 1024)}"` }] },
      /it has 2097154 characters; evidence has at most 1048576/,
    ],
    [
      "signed by a key that nobody trusts",
      { ...unproven(), evidence: [aRecord(testimony("production"), newKeys())] },
      /no trusted key signed it, or it was changed afterwards/,
    ],
  ];
  for (const [what, descriptor, reason] of refused)
    it(`refuses evidence that is ${what}`, () => {
      const [message = ""] = messages(drill(descriptor));
      assert.match(message, /^app\/orders\/orders: rejected in production, its evidence does not prove/);
      assert.match(message, reason);
    });

  it("leaves to others what is theirs: no evidence at all, and objectives that were missed", () => {
    assert.deepEqual(run(drill(unproven())), []);
    assert.deepEqual(run(drill(proven("production", { objectives: { rpoSeconds: 26 * HOUR, rtoSeconds: 1 } }))), []);
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
      const [message = ""] = messages(drill(descriptor));
      assert.match(message, /^What this drill declares cannot be relied on, so nothing is proven\./);
      assert.match(message, reason);
    }
  });

  it("does not believe what a drill says of itself", () => {
    const cases: [RestoreDrillDescriptor, RegExp][] = [
      [{ ...proven(), fingerprint: "f".repeat(64) }, /its fingerprint is not that of the restore path it declares/],
      [proven("staging"), /it declares environment staging; this gate is configured for production/],
      [proven("production", { stack: "production-eu" }), /it declares stack production-eu, which is not the one/],
    ];
    for (const [descriptor, reason] of cases) assert.match(messages(drill(descriptor))[0] ?? "", reason);
  });

  it("takes the stack's name with and without project and organization", () => {
    for (const stack of ["production", "shop/production", "acme/shop/production"])
      assert.deepEqual(run(drill(proven("production", { stack }))), []);
    const others = [
      "other/production",
      "acme/other/production",
      "shop/production/x",
      "xproduction",
      "/production",
      "a/b/shop/production",
    ];
    for (const stack of others) assert.equal(run(drill(proven("production", { stack }))).length, 1, stack);
    assert.equal(run(drill({ ...proven(), stack: "" })).length, 1);
  });

  it("refuses a drill of another engine version or image than the cluster in the stack runs", () => {
    const cluster = (changes: Parameters<typeof aCluster>[1]) =>
      component("cluster", "c", aCluster("production", changes));
    assert.deepEqual(run(drill(proven()), cluster({})), []);
    const upgraded = messages(
      drill(proven()),
      cluster({ postgresMajor: 18, image: "registry.example.com/postgresql:18" }),
    );
    assert.match(upgraded[0] ?? "", /drills PostgreSQL major version 17, and the cluster runs 18/);
    assert.match(upgraded[0] ?? "", /drills server image .*:17\.6.*, and the cluster runs .*:18/);
    assert.deepEqual(run(drill(proven()), cluster({ cluster: "other", postgresMajor: 18 })), []);
  });

  it("judges a drill that another tool runs as any other, also where it never said of which image", () => {
    const declared = anExternalDrill(["urn"]);
    const external = (changes: Partial<DrillPredicate> = {}) => {
      const evidence = [aRecord({ ...aTestimony(declared, NOW), ...changes }, keys)];
      return component("externalDrill", "e", { ...declared, evidence });
    };
    assert.deepEqual(run(external()), []);
    assert.deepEqual(run(external(), component("cluster", "c", aCluster("production", { engine: "postgresql" }))), []);
    assert.match(
      messages(external(FAILED))[0] ?? "",
      /^app\/orders\/\*: rejected in production[\s\S]*failed: role app is missing/,
    );
  });

  it("judges each drill on its own", () => {
    const second = drill(proven("production", { target: { ...TARGET, database: "audit" } }, FAILED), "audit-drill");
    assert.deepEqual(
      run(drill(proven()), second).map(({ urn }) => urn),
      [second.urn],
    );
  });

  it("reports a defect of its own as a violation, not as a pass", () => {
    const broken = drill(proven());
    Object.defineProperty(broken, "props", {
      get: () => {
        throw new TypeError("boom");
      },
    });
    assert.match(messages(broken)[0] ?? "", /^This rule could not be checked[\s\S]*boom/);
  });
});

describe("restore-path-proven, when several records speak of one drill", () => {
  const newer = testimony("production", FAILED, HOUR);
  const older = testimony("production", {}, 2 * HOUR);
  const again = testimony("production", {}, HOUR / 2);
  const [first = "", second = "", third = ""] = inChain(older, newer, again);
  const spoken = [first, second];
  const record = (envelope: string, index: number) => ({ source: `record ${index}`, envelope });
  const reasons = (message: string | undefined) =>
    message?.split("\n").filter((line) => line.startsWith("Reason")) ?? [];

  for (const order of [spoken, [...spoken].reverse()])
    it(`never lets an older one that passed outweigh a newer that failed (${order === spoken ? "older" : "newer"} first)`, () => {
      const [message] = messages(drill({ ...unproven(), evidence: order.map(record) }));
      assert.match(reasons(message).join(), /failed: role app is missing/);
      assert.equal(reasons(message).length, 1, message);
    });

  it("does not mind whether the drill or the gate brings which of them", async () => {
    for (const [brought, given] of [spoken, [...spoken].reverse()] as [string, string][]) {
      const resources = [drill({ ...unproven(), evidence: [record(brought, 0)] })];
      const said = await gatedWithEvidence({ ...GATE, evidence: [given] }, () =>
        violations(restorePathProven, resources),
      );
      assert.match(reasons(said[0]?.message).join(), /failed: role app is missing/);
    }
    const both = await gatedWithEvidence({ ...GATE, evidence: spoken }, () =>
      violations(restorePathProven, [drill(unproven())]),
    );
    assert.match(reasons(both[0]?.message).join(), /failed: role app is missing/);
  });

  it("lets a newer one that passed stand above an older that failed", () => {
    const evidence = [...spoken, third].map(record);
    assert.deepEqual(run(drill({ ...unproven(), evidence })), []);
  });
});

describe("restore-path-proven, while a key is being rotated", () => {
  const old = newKeys();
  const both = { ...GATE, trustedKeys: trusting([old, keys]) };

  it("counts evidence of either key, and refuses the old one's after it has been removed", () => {
    const signedBy = (signer: typeof old) =>
      drill({ ...unproven(), evidence: [aRecord(testimony("production"), signer)] });
    assert.deepEqual(found(restorePathProven, [signedBy(old)], both), []);
    assert.deepEqual(found(restorePathProven, [signedBy(keys)], both), []);
    assert.deepEqual(found(restorePathProven, [signedBy(keys)], GATE), []);
    const [violation] = found(restorePathProven, [signedBy(old)], GATE);
    assert.match(violation?.message ?? "", /no trusted key signed it, or it was changed afterwards/);
  });
});

describe("restore-path-proven and the gate's own evidence", () => {
  const judged = (evidence: string[], ...resources: Parameters<typeof violations>[1]) =>
    gatedWithEvidence({ ...GATE, evidence }, () => violations(restorePathProven, resources));

  it("counts it as if the drill had brought it", async () => {
    const [failing] = await judged([sealed(testimony("production", FAILED), keys)], drill(unproven()));
    assert.match(failing?.message ?? "", /evidence 1 of restore-gate's configuration: the drill of .* failed/);
    assert.deepEqual(await judged([sealed(testimony("production"), keys)], drill(unproven())), []);
  });

  it("leaves evidence of other drills and other restore paths alone: it may be for another stack's", async () => {
    const other = testimony("production", { ...FAILED, target: { ...TARGET, database: "audit" } });
    assert.deepEqual(await judged([sealed(other, keys)], drill(proven())), []);
  });

  it("refuses what no trusted key has signed: somebody put it there", async () => {
    const said = await judged([sealed(testimony("production"), newKeys()), "certainly restored"], drill(proven()));
    assert.equal(said.length, 1);
    assert.deepEqual(said[0]?.message.split("\n").slice(0, 1), ["Evidence that the gate was given cannot be trusted."]);
    assert.match(said[0]?.message ?? "", /Reason: evidence 1 of .*: no trusted key signed it/);
    assert.match(said[0]?.message ?? "", /Reason: evidence 2 of .*: it is not JSON/);
  });

  it("refuses a source that cannot be read, whatever the others say", async () => {
    const said = await judged(["file:/nonexistent/evidence.json"], drill(proven()));
    assert.deepEqual(said[0]?.message.split("\n"), [
      "Evidence that the gate was told to read cannot be read.",
      "Reason: file:/nonexistent/evidence.json could not be read: ENOENT: no such file or directory, open '/nonexistent/evidence.json'",
      "Remedy: make it readable from here, or take it out of restore-gate's `evidence`",
      "Page: docs/policies/restore-path-proven.md",
    ]);
  });
});

describe("restore-path-proven with a configuration that is wrong", () => {
  it("names what is misspelt in every stack, also in one without drills and backups", () => {
    const misspelt = { ...GATE, maxEvidenceAgee: "1h" };
    for (const resources of [[], [resource("aws:s3/bucket:Bucket", "files", {})], [drill(proven())]]) {
      const violation = gated(misspelt, () => violations(restorePathProven, resources))[0];
      assert.match(violation?.message ?? "", /^The policy pack is configured wrongly/);
      assert.match(violation?.message ?? "", /Reason: maxEvidenceAgee: no such setting; look for a typing error/);
      assert.match(violation?.message ?? "", /Remedy: correct restore-gate's part of the file/);
    }
    configureGate(UNCONFIGURED);
    assert.deepEqual(violations(restorePathProven, []), []);
  });
});

describe("restore-path-proven without a configuration", () => {
  it("refuses every stack that has drills or backups, and says how to configure it", () => {
    configureGate(UNCONFIGURED);
    const backups: Parameters<typeof violations>[1][] = [
      [drill(proven())],
      [resource("kubernetes:batch/v1:CronJob", "nightly", { spec: UNKNOWN_STRING })],
    ];
    for (const resources of backups)
      assert.deepEqual(violations(restorePathProven, resources), [
        {
          urn: undefined,
          message: [
            "The policy pack is not configured, so nothing can be proven to it.",
            "Reason: restore-gate has no configuration: nobody said which environment this is and whose evidence counts",
            'Remedy: give --policy-pack-config a JSON file with {"restore-gate": {"environment": "production", "trustedKeys": {"production": ["-----BEGIN PUBLIC KEY-----…"]}}}',
            "Page: docs/policies/restore-path-proven.md",
          ].join("\n"),
        },
      ]);
  });
});

function drillWith(predicate: ReturnType<typeof testimony>): RestoreDrillDescriptor {
  return { ...unproven(), evidence: [aRecord(predicate, keys)] };
}
