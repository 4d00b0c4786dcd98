import assert from "node:assert/strict";
import type { AwsFacts } from "../unit/policies/recognizers/aws/support";
import { AwsEngine, type Outcome } from "./support/aws-stand-in";

const SELF = "this is the AWS stand-in of the tests: it answers previews only";

describe("the AWS stand-in, by Pulumi's real engine", () => {
  let engine: AwsEngine;
  let preview: Outcome;
  before(async function () {
    this.timeout(120_000);
    engine = await AwsEngine.start();
    const pack = await engine.pack("test/policy/programs/aws-facts-pack.ts");
    preview = await engine.run("preview", "--suppress-progress", "--policy-pack", pack);
  });
  after(() => engine?.stop());

  /** A stack output as the preview shows it. */
  const output = (name: string) => new RegExp(`^ {4}${name} *: (.*)$`, "m").exec(preview.output)?.[1];

  it("lets an AWS program be previewed, and says what it is", () => {
    assert.equal(preview.code, 0, preview.output);
    assert.match(preview.output, /\+ 14 to create/);
    assert.ok(preview.output.includes(`aws: ${SELF}`), preview.output);
  });

  it("knows no more of what does not exist yet than AWS would", () => {
    const unknown = ["address", "arn", "clusterIdentifier", "plainMultiAz", "laterMultiAz"];
    assert.deepEqual(unknown.map(output), Array(unknown.length).fill("[unknown]"), preview.output);
  });

  it("gives the names that are Pulumi's to give, and an account of zeros", () => {
    assert.match(output("identifier") ?? "", /^"orders[0-9a-f]{7}"$/);
    assert.match(output("bucket") ?? "", /^"backups-[0-9a-f]{7}"$/);
    assert.equal(output("account"), '"000000000000"');
  });

  it("shows no secret", () => {
    assert.ok(!preview.output.includes("not printed anywhere"), preview.output);
  });

  it("refuses to deploy anything", async () => {
    const { code, output } = await engine.run("up", "--yes", "--skip-preview", "--suppress-progress");
    assert.notEqual(code, 0, output);
    assert.ok(output.includes(`error: ${SELF}`), output);
  });

  describe("hands over to policies", () => {
    let facts: AwsFacts;
    before(() => {
      facts = JSON.parse(/FACTS (.*)$/m.exec(preview.output)?.[1] ?? "{}") as AwsFacts;
    });

    const known = (value: unknown) => ({ state: "known", value });
    const database = (name: string) => facts.databases.find((fact) => fact.name === name);
    const backup = (id: RegExp) => facts.backups.find((fact) => id.test(fact.id));

    it("what a program left to AWS, which the recognizers tell from what it gave and nobody knows", () => {
      assert.deepEqual(database("plain")?.availability.instances, known(1));
      assert.equal(backup(/^aws\/plain/), undefined);
      assert.equal(database("later")?.availability.instances.state, "unknown");
    });

    it("references that only dependencies tell: a cluster's instances, a bucket's versioning", () => {
      assert.deepEqual(database("billing")?.availability.instances, known(2));
      assert.deepEqual(facts.buckets.find(({ name }) => name === "Backups")?.versioned, known(true));
    });

    it("a backup plan with its vault, its database and the restore test of both", () => {
      const plan = backup(/AWS Backup selection databases/);
      const orders = database("orders");
      assert.deepEqual(plan?.databaseUrns, [orders?.urn]);
      const vault = facts.buckets.find(({ name }) => name === "main");
      assert.deepEqual(plan?.stores[0]?.bucketUrns, [vault?.urn]);
      const [test, ...others] = facts.restoreTests;
      assert.deepEqual(
        [test?.covers.sort(), test?.doesNotCount, others],
        [[plan?.urn, orders?.urn].sort(), undefined, []],
      );
    });
  });
});
