import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AWS_STAND_IN } from "./support/aws-stand-in";
import { Engine } from "./support/engine";
import { newKeys, trusting } from "./support/evidence";
import { spokenIn } from "./support/policy-events";

const EXAMPLES = join(__dirname, "../../examples");
const names = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** In which stack each is previewed, and which mandatory rules speak: none where an example is fine as it is. */
const EXPECTED: Record<string, { stack: string; refusedBy: string[] }> = {
  "existing-cluster": { stack: "develop", refusedBy: [] },
  "nfs-and-off-site": { stack: "develop", refusedBy: [] },
  "one-database": { stack: "develop", refusedBy: [] },
  // Nothing has been drilled yet, neither in staging nor in develop.
  promotion: { stack: "staging", refusedBy: ["promotion-order"] },
  "promotion-drills": { stack: "staging", refusedBy: ["promotion-order"] },
  "raw-cronjob": { stack: "develop", refusedBy: ["backup-has-restore-drill"] },
  "s3-object-lock": { stack: "develop", refusedBy: [] },
};

describe("the examples, by Pulumi's real engine", function () {
  this.timeout(120_000);
  let engine: Engine;
  const keys = newKeys();
  before(async () => {
    engine = await Engine.start("example.cjs", [AWS_STAND_IN]);
    for (const stack of ["develop", "staging"]) await engine.ready(stack);
  });
  after(() => engine?.stop());

  it("are all expected to say something, and named in their table", () => {
    assert.deepEqual(Object.keys(EXPECTED).sort(), names.sort());
    const readme = readFileSync(join(EXAMPLES, "README.md"), "utf8");
    for (const name of names) {
      assert.ok(readme.includes(`(${name}/index.ts)`), name);
      assert.ok(existsSync(join(EXAMPLES, name, "Pulumi.yaml")), name);
    }
  });

  for (const [name, { stack, refusedBy }] of Object.entries(EXPECTED))
    it(`${name} ${refusedBy.length === 0 ? "passes the gate" : `is refused by ${refusedBy.join(", ")}`}`, async () => {
      const gate = { "restore-gate": { environment: stack, trustedKeys: trusting(keys) } };
      const { mandatory, text } = spokenIn(await engine.previewEvents(stack, gate, { EXAMPLE: name }));
      assert.deepEqual(mandatory, refusedBy, text);
    });
});
