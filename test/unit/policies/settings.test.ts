import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { restoreGate } from "../../../policies/rules/restore-gate";
import {
  hasNoneBefore,
  isFirst,
  isProduction,
  parseSettings,
  readSettings,
  UNCONFIGURED,
} from "../../../policies/settings";
import { newKeys, trusting } from "../../policy/support/evidence";

const keys = newKeys();
const minimal = { environment: "production", trustedKeys: trusting(keys) };

describe("the pack's configuration", () => {
  it("needs an environment and a key; the rest has defaults", () => {
    assert.deepEqual(parseSettings(minimal), {
      environment: "production",
      position: "later",
      production: true,
      previousEnvironment: "staging",
      promotion: { databases: {}, minRows: 100, minRowsOf: {} },
      trustedKeys: trusting(keys),
      selfAttested: "allowed",
      maxEvidenceAgeSeconds: 26 * 3600,
      evidence: [],
      startsWithoutEvidence: [],
      waiverKeys: [],
      waivers: [],
      maxObjectives: {},
    });
  });

  const order = ["local", "develop", "staging", "production"];
  const positions: [string, object, "first" | "later", string | undefined][] = [
    ["local", {}, "first", undefined],
    ["develop", {}, "first", undefined],
    ["staging", {}, "later", "develop"],
    ["production", {}, "later", "staging"],
    ["develop", { firstEnvironments: ["local"] }, "later", "local"],
    ["a", { environments: ["a", "b"] }, "first", undefined],
    ["b", { environments: ["a", "b"] }, "later", "a"],
    ["a", { environments: ["a", "b"], firstEnvironments: [] }, "later", undefined],
    ["only", { environments: ["only"] }, "first", undefined],
  ];
  for (const [environment, changes, position, previous] of positions) {
    it(`places ${environment} ${position} with ${JSON.stringify({ environments: order, ...changes })}`, () => {
      const trustedKeys = trusting(keys, [environment]);
      const settings = parseSettings({ ...minimal, trustedKeys, environment, ...changes });
      assert.deepEqual([settings.position, settings.previousEnvironment], [position, previous]);
    });
  }

  const held: [string, object, boolean][] = [
    ["production", {}, true],
    ["staging", {}, false],
    ["local", {}, false],
    ["staging", { productionEnvironments: ["staging", "production"] }, true],
    ["production", { productionEnvironments: [] }, false],
    ["eu", { environments: ["test", "us", "eu"] }, true],
    ["us", { environments: ["test", "us", "eu"], productionEnvironments: ["us", "eu"] }, true],
  ];
  for (const [environment, changes, production] of held)
    it(`holds ${environment} ${production ? "" : "not "}to production's rules with ${JSON.stringify(changes)}`, () => {
      const trustedKeys = trusting(keys, [environment]);
      assert.equal(isProduction(readSettings({ ...minimal, trustedKeys, environment, ...changes })), production);
    });

  it("takes what it is not told for production, and for no first environment", () => {
    for (const gate of [UNCONFIGURED, readSettings({}), readSettings({ environment: "local" })]) {
      assert.equal(isProduction(gate), true);
      assert.equal(isFirst(gate), false);
    }
    assert.equal(isFirst(readSettings({ ...minimal, environment: "develop" })), true);
  });

  it("has the longest objectives that programs may declare, in seconds, and refuses what is no duration", () => {
    const limits = (given: object) => parseSettings({ ...minimal, ...given }).maxObjectives;
    assert.deepEqual(limits({ maxRpo: "26h", maxRto: "4h" }), { rpoSeconds: 26 * 3600, rtoSeconds: 4 * 3600 });
    assert.deepEqual(limits({ maxRto: "30m" }), { rtoSeconds: 1800 });
    const refused = readSettings({ ...minimal, maxRto: "soon" });
    assert.match(refused.ok ? "" : refused.problems.join(), /^maxRto: must be a whole number and a unit/);
  });

  it("holds the only environment to production's rules, though none comes before it: it is no place to try things", () => {
    const only: [string, object][] = [
      ["production", { environments: ["production"] }],
      ["production", { environments: ["local", "production"] }],
      ["production", { firstEnvironments: ["production"] }],
      ["develop", { productionEnvironments: ["develop"] }],
    ];
    for (const [environment, changes] of only) {
      const gate = readSettings({ trustedKeys: trusting(keys, [environment]), environment, ...changes });
      assert.deepEqual([isProduction(gate), isFirst(gate), hasNoneBefore(gate)], [true, false, true], environment);
    }
  });

  it("takes a key of a KMS, which is of ECDSA on P-256, and of no other curve", () => {
    const pem = (namedCurve: string) =>
      generateKeyPairSync("ec", { namedCurve }).publicKey.export({ type: "spki", format: "pem" }).toString();
    const given = (namedCurve: string) => readSettings({ ...minimal, trustedKeys: { production: [pem(namedCurve)] } });
    assert.equal(given("prime256v1").ok, true);
    const refused = given("secp384r1");
    assert.match(refused.ok ? "" : refused.problems.join(), /is a key of type ec \(secp384r1\)/);
  });

  it("says that there is none when Pulumi hands over nothing", () => {
    for (const nothing of [undefined, null, {}, []]) assert.equal(readSettings(nothing), UNCONFIGURED);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const rsaKey = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
  const malformed: [string, unknown, RegExp][] = [
    [
      "has nothing that it needs",
      { maxEvidenceAge: "2h" },
      /^environment: is missing; give a string\ntrustedKeys: is missing; give /,
    ],
    [
      "has an environment outside the order",
      { ...minimal, environment: "prod" },
      /environment: "prod" is none of environments/,
    ],
    ["trusts nobody", { ...minimal, trustedKeys: { production: [] } }, /trustedKeys\.production: /],
    [
      "has keys that belong to no environment, and says how to write them",
      { ...minimal, trustedKeys: [keys.publicKey] },
      /^trustedKeys: is a list, and a key counts for one environment: write \{"staging": \[/,
    ],
    [
      "has no key of its own environment",
      { ...minimal, trustedKeys: trusting(keys, ["staging"]) },
      /trustedKeys: has no key of production, so nothing that is drilled there could be proven/,
    ],
    [
      "has keys of an environment outside the order",
      { ...minimal, trustedKeys: trusting(keys, ["production", "prod"]) },
      /trustedKeys: "prod" is none of environments/,
    ],
    [
      "lists an agent by its tag",
      { ...minimal, agentImages: ["registry.example.com/agent:0.1.0"] },
      /agentImages\.0: must end in the image's digest/,
    ],
    [
      "maps something that is no database",
      { ...minimal, promotion: { databases: { "app/orders": "app/orders/orders" } } },
      /promotion: databases names "app\/orders", which is no namespace\/cluster\/database/,
    ],
    ["promotes from an empty database", { ...minimal, promotion: { minRows: 0 } }, /promotion\.minRows: /],
    [
      "has a key that is none",
      { ...minimal, trustedKeys: { production: ["x"] } },
      /trustedKeys\.production\.0: is not a public key in PEM form/,
    ],
    [
      "has a key of another type",
      { ...minimal, trustedKeys: { production: [rsaKey] } },
      /production\.0: is a key of type rsa/,
    ],
    [
      "has an age that is no duration",
      { ...minimal, maxEvidenceAge: "1 day" },
      /maxEvidenceAge: must be a whole number and a unit/,
    ],
    [
      "has a setting that does not exist",
      { ...minimal, trustedKey: "x" },
      /trustedKey: no such setting; look for a typing error/,
    ],
    [
      "names an environment twice",
      { ...minimal, environments: ["production", "production"] },
      /names an environment twice/,
    ],
    [
      "has a first environment outside the order",
      { ...minimal, firstEnvironments: ["x"] },
      /firstEnvironments: "x" is none/,
    ],
    ["lets one key sign evidence and waivers", { ...minimal, waiverKeys: [keys.publicKey] }, /must not sign waivers/],
    [
      "has a production environment outside the order",
      { ...minimal, productionEnvironments: ["prod"] },
      /productionEnvironments: "prod" is none of environments/,
    ],
    ["has evidence that is no list", { ...minimal, evidence: "file:/e.json" }, /evidence: .*array/],
    ["is a text", "production", /./],
  ];
  for (const [what, config, problems] of malformed) {
    it(`is refused, with every problem on a line of its own, when it ${what}`, () => {
      const gate = readSettings(config);
      assert.match(gate.ok ? "" : gate.problems.join("\n"), problems);
    });
  }

  it("is none where Pulumi hands over its defaults alone, and is wrong where one setting is misspelt", () => {
    assert.equal(readSettings({ maxEvidenceAge: "26h", evidence: [], promotion: {} }), UNCONFIGURED);
    const misspelt = readSettings({ maxEvidenceAge: "26h", maxEvidenceAges: "2h" });
    assert.match(misspelt.ok ? "" : misspelt.problems.join(), /maxEvidenceAges/);
  });

  it("does not repeat a private key that was given by mistake", () => {
    const gate = readSettings({ ...minimal, trustedKeys: { production: [keys.privateKey] } });
    const text = JSON.stringify(gate);
    assert.match(text, /is a private key/);
    assert.ok(!text.includes(keys.privateKey.split("\n")[1] ?? "?"));
  });

  it("has a schema for Pulumi that comes from the same source", () => {
    const { properties = {}, required } = restoreGate.configSchema ?? {};
    assert.deepEqual(Object.keys(properties).sort(), [
      "agentImages",
      "environment",
      "environments",
      "evidence",
      "firstEnvironments",
      "maxEvidenceAge",
      "maxRpo",
      "maxRto",
      "productionEnvironments",
      "promotion",
      "selfAttested",
      "startsWithoutEvidence",
      "trustedKeys",
      "waiverKeys",
      "waivers",
    ]);
    assert.equal(properties.maxEvidenceAge?.default, "26h");
    assert.equal(required, undefined);
    // A list is let through to us: Pulumi's own refusal would not say how to write it now.
    assert.deepEqual(properties.trustedKeys?.type, ["object", "array"]);
    for (const property of Object.values(properties)) assert.ok(property.description);
  });
});

describe("the pack's own package.json", () => {
  const version = (file: string) => (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  it("has the library's version, which Pulumi shows as the pack's", () => {
    assert.equal(version("policies/package.json"), version("package.json"));
  });
});
