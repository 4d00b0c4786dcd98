import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { restorePathProven } from "../../../policies/restore-path-proven";
import { parseSettings, settingsConfigSchema } from "../../../policies/settings";
import { aDrill, newKeys } from "../../policy/support/evidence";
import { component, violations } from "./stack";

const keys = newKeys();
const minimal = { environment: "production", trustedKeys: [keys.publicKey] };

describe("the pack's configuration", () => {
  it("needs an environment and a key; the rest has defaults", () => {
    assert.deepEqual(parseSettings(minimal), {
      environment: "production",
      position: "later",
      previousEnvironment: "staging",
      trustedKeys: [keys.publicKey],
      maxEvidenceAgeSeconds: 26 * 3600,
      waiverKeys: [],
      waivers: [],
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
      const settings = parseSettings({ ...minimal, environment, ...changes });
      assert.deepEqual([settings.position, settings.previousEnvironment], [position, previous]);
    });
  }

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const rsaKey = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
  const malformed: [string, unknown, RegExp][] = [
    ["is empty", {}, /Reason: environment: is missing; give a string\nReason: trustedKeys: is missing; give an array/],
    [
      "has an environment outside the order",
      { ...minimal, environment: "prod" },
      /environment: "prod" is none of environments/,
    ],
    ["trusts nobody", { ...minimal, trustedKeys: [] }, /trustedKeys: /],
    ["has a key that is none", { ...minimal, trustedKeys: ["x"] }, /trustedKeys\.0: is not a public key in PEM form/],
    ["has a key of another type", { ...minimal, trustedKeys: [rsaKey] }, /trustedKeys\.0: is a key of type rsa/],
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
    ["is a text", "production", /Reason: /],
    ["is null", null, /Reason: /],
  ];
  for (const [what, config, reason] of malformed) {
    it(`is refused with its reason and a remedy when it ${what}`, () => {
      const [violation] = violations(
        restorePathProven,
        [component("drill", "d", aDrill("production"))],
        config as object,
      );
      assert.match(violation?.message ?? "", /^The policy pack is not configured, so nothing can be proven to it\./);
      assert.match(violation?.message ?? "", reason);
      assert.match(violation?.message ?? "", /Remedy: give --policy-pack-config a JSON file/);
    });
  }

  it("does not repeat a private key that was given by mistake", () => {
    const config = { ...minimal, trustedKeys: [keys.privateKey] };
    const text = JSON.stringify(violations(restorePathProven, [component("drill", "d", aDrill("production"))], config));
    assert.match(text, /is a private key/);
    assert.ok(!text.includes(keys.privateKey.split("\n")[1] ?? "?"));
  });

  it("has a schema for Pulumi that comes from the same source", () => {
    const { properties, required } = settingsConfigSchema();
    assert.deepEqual(Object.keys(properties).sort(), [
      "environment",
      "environments",
      "firstEnvironments",
      "maxEvidenceAge",
      "trustedKeys",
      "waiverKeys",
      "waivers",
    ]);
    assert.equal(properties.maxEvidenceAge?.default, "26h");
    assert.equal(required, undefined);
    for (const property of Object.values(properties)) assert.ok(property.description);
  });
});

describe("the pack's own package.json", () => {
  const version = (file: string) => (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  it("has the library's version, which Pulumi shows as the pack's", () => {
    assert.equal(version("policies/package.json"), version("package.json"));
  });
});
