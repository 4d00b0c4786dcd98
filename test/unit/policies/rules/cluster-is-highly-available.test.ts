import assert from "node:assert/strict";
import { configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { clusterIsHighlyAvailable, rule } from "../../../../policies/rules/cluster-is-highly-available";
import { UNCONFIGURED } from "../../../../policies/settings";
import type { Database } from "../../../../policies/stack/facts";
import { aDatabase, DATABASE_URN, findings, gateIn, PRODUCTION, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

const SAFE = aDatabase().availability;

function found(availability: Partial<Database["availability"]>, changes: Partial<Database> = {}, config = {}) {
  const database = aDatabase({ ...changes, availability: { ...SAFE, ...availability } });
  return findings(rule, { databases: [database] }, { config });
}

const reasons = (...given: Parameters<typeof found>) => found(...given)[0]?.reasons ?? [];

describe("cluster-is-highly-available", () => {
  it("is silent on three instances on different nodes with synchronous replication", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
  });

  it("refuses a single instance: what is missing, and where the product says it", () => {
    assert.deepEqual(found({ instances: known(1), spread: known(false), synchronous: known(false) }), [
      {
        urn: DATABASE_URN,
        verdict: "app/orders is not highly available.",
        reasons: [
          "it has 1 instance, and it needs 3",
          "nothing requires its instances to run on different nodes: the loss of one can be the loss of all",
          "no commit has to wait for another instance: a failover can lose what was acknowledged",
        ],
        remedies: [
          "set spec.instances to 3 or more, spec.affinity.podAntiAffinityType: required, and spec.postgresql.synchronous",
        ],
      },
    ]);
  });

  it("refuses each of the three alone: false, absent or unknown", () => {
    assert.deepEqual(reasons({ instances: known(2) }), ["it has 2 instances, and it needs 3"]);
    assert.deepEqual(reasons({ instances: ABSENT }), ["it does not say how many instances it has, and it needs 3"]);
    assert.deepEqual(reasons({ instances: unknown("spec.instances") }), [
      "its number of instances is unknown at preview (spec.instances), and it needs 3",
    ]);
    for (const no of [known(false), ABSENT]) {
      assert.match(reasons({ spread: no }).join(), /^nothing requires its instances/);
      assert.match(reasons({ synchronous: no }).join(), /^no commit has to wait/);
    }
    assert.deepEqual(reasons({ spread: unknown("spec.affinity") }), [
      "whether it requires that its instances run on different nodes is unknown at preview (spec.affinity)",
    ]);
    assert.deepEqual(reasons({ synchronous: unknown("spec.postgresql") }), [
      "whether it requires that a commit waits for another instance is unknown at preview (spec.postgresql)",
    ]);
  });

  it("needs as many instances as it is configured for", () => {
    assert.deepEqual(reasons({ instances: known(2) }, {}, { instances: 2 }), []);
    assert.deepEqual(reasons({ instances: known(4) }, {}, { instances: 5 }), ["it has 4 instances, and it needs 5"]);
  });

  it("takes two instances for enough on AWS, and one where one is configured", () => {
    for (const product of ["AWS RDS", "AWS Aurora"]) {
      assert.deepEqual(reasons({ instances: known(2) }, { product }), []);
      assert.deepEqual(reasons({ instances: known(2) }, { product }, { instances: 5 }), []);
      assert.deepEqual(reasons({ instances: known(1) }, { product }), ["it has 1 instance, and it needs 2"]);
      assert.deepEqual(reasons({ instances: known(1) }, { product }, { instances: 1 }), []);
      assert.match(reasons({ spread: known(false) }, { product }).join(), /in different zones/);
    }
    const remedy = (product: string) => found({ instances: known(1) }, { product })[0]?.remedies;
    assert.deepEqual(remedy("AWS RDS"), ["set multiAz: a standby in another zone that has every commit"]);
    assert.deepEqual(remedy("AWS Aurora"), ["declare 2 or more instances of the cluster, in different zones"]);
  });

  it("speaks of our own component's arguments, and of a new product in general words", () => {
    assert.deepEqual(found({ instances: known(1) }, { origin: "restorable" })[0]?.remedies, [
      "give the PostgresCluster 3 instances, and leave antiAffinity.required and synchronous at their defaults",
    ]);
    assert.deepEqual(found({ instances: known(1) }, { product: "a new one" })[0]?.remedies, [
      "set instances to 3 or more, the spread, and synchronous replication",
    ]);
  });

  it("judges production only, and where nobody said what this is", () => {
    const facts = { databases: [aDatabase({ availability: { ...SAFE, instances: known(1) } })] };
    for (const [gate, count] of [
      [gateIn("develop"), 0],
      [gateIn("staging"), 0],
      [gateIn("staging", { productionEnvironments: ["staging"] }), 1],
      [UNCONFIGURED, 1],
    ] as const)
      assert.equal(findings(rule, facts, { gate }).length, count);
  });
});

describe("cluster-is-highly-available on resources", () => {
  before(() => configureGate(PRODUCTION));
  after(() => configureGate(UNCONFIGURED));

  const SPEC = {
    instances: 3,
    affinity: { enablePodAntiAffinity: true, podAntiAffinityType: "required" },
    postgresql: { synchronous: { method: "any", number: 1, dataDurability: "required" } },
  };
  const cluster = (spec: object) =>
    resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders", {
      metadata: { name: "orders", namespace: "app" },
      spec: { ...SPEC, ...spec },
    });
  const text = (spec: object) => violations(clusterIsHighlyAvailable, [cluster(spec)])[0]?.message ?? "";

  it("is silent on a CloudNativePG Cluster that says all three", () => assert.equal(text({}), ""));

  it("refuses one that says less, says nothing, or is not known at preview", () => {
    assert.match(text({ instances: 1 }), /it has 1 instance, and it needs 3/);
    assert.match(text({ instances: UNKNOWN_STRING }), /its number of instances is unknown at preview/);
    assert.match(text({ affinity: UNKNOWN_STRING }), /on different nodes is unknown at preview/);
    assert.match(text({ affinity: undefined }), /nothing requires its instances to run on different nodes/);
    assert.match(text({ postgresql: {} }), /no commit has to wait/);
  });

  it("says what is wrong with its configuration", () => {
    const [violation] = violations(clusterIsHighlyAvailable, [cluster({})], { instances: 0 });
    assert.match(violation?.message ?? "", /^This rule is configured wrongly[\s\S]*instances/);
  });
});
