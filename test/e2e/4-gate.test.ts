import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { signStatement } from "../../model/dsse";
import { type Statement, statementSchema } from "../../model/evidence";
import { World } from "./support/world";

/**
 * `pulumi preview` of the team's stack, by the real engine with the real pack, against what stands in the cluster. The
 * drill's ConfigMap is put into the state in question first.
 */
describe("the gate, at a preview", () => {
  let world: World;
  let good: string;
  let statement: Statement;

  before(async () => {
    world = await World.open();
    good = await world.envelope();
    const payload = Buffer.from((JSON.parse(good) as { payload: string }).payload, "base64").toString();
    statement = statementSchema.parse(JSON.parse(payload));
    assert.equal(statement.predicate.passed, true, "these tests begin with good evidence");
  });

  after(async () => {
    await world.putEnvelope(good);
    world.writeSettings();
  });

  /** The same statement, changed and signed again by the key that the gate trusts: true to the letter, false in fact. */
  function signedAgain(change: (statement: Statement) => void): string {
    const changed = structuredClone(statement);
    change(changed);
    return JSON.stringify(signStatement(changed, world.local.signingKey()));
  }

  async function rejected(envelope: string, reason: RegExp): Promise<void> {
    await world.putEnvelope(envelope);
    const { code, output } = await world.preview();
    assert.notEqual(code, 0, `the preview should have failed:\n${output}`);
    assert.match(output, /restore-path-proven/, "it names the policy");
    assert.match(output, /torture-drill/, "it names the resource");
    assert.match(output, reason);
    assert.match(output, /Remedy:/, "it names the remedy");
  }

  it("allows a stack with good evidence", async () => {
    await world.putEnvelope(good);
    const { code, output } = await world.preview();
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /unproven/);
  });

  it("rejects a stack whose drill is removed", async () => {
    const { code, output } = await world.preview({ withoutDrill: true });
    assert.notEqual(code, 0, output);
    assert.match(output, /backup-has-restore-drill/);
    assert.match(output, /torture-backup/);
    assert.match(output, /Remedy:/);
  });

  it("rejects stale evidence", () =>
    rejected(
      signedAgain(({ predicate }) => {
        const days = (text: string) => new Date(Date.parse(text) - 3 * 86_400_000).toISOString();
        predicate.drill.startedAt = days(predicate.drill.startedAt);
        predicate.drill.finishedAt = days(predicate.drill.finishedAt);
      }),
      /ended 3d ago|ended 3d .* ago/,
    ));

  it("rejects failing evidence", () =>
    rejected(
      signedAgain(({ predicate }) => {
        predicate.passed = false;
        predicate.failures = ["rows.rows: a table is empty"];
      }),
      /failed: .*a table is empty/,
    ));

  it("rejects evidence that was edited by hand", () =>
    rejected(
      JSON.stringify({
        ...(JSON.parse(good) as object),
        payload: Buffer.from(
          JSON.stringify({ ...statement, predicate: { ...statement.predicate, failures: [] } }, null, 1),
        ).toString("base64"),
      }),
      /no trusted key signed it/,
    ));

  it("rejects evidence signed by a key that it does not trust", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    return rejected(JSON.stringify(signStatement(statement, pem)), /no trusted key signed it/);
  });

  it("rejects evidence for another restore path", async () => {
    await world.putEnvelope(good);
    // Under this path's key stands evidence for that of another image: copied by somebody, never made by a drill.
    await rejected(
      signedAgain((changed) => {
        const other = world.otherFingerprint(changed.predicate.restorePath);
        changed.predicate.restorePath = other.path;
        changed.predicate.fingerprint = other.fingerprint;
        for (const subject of changed.subject)
          if (subject.name === "restore-path") subject.digest.sha256 = other.fingerprint;
      }),
      // The newest drill of this path decides, if there is one: the faults' tests have left some that failed.
      /another restore path|the drill of \S+ (?:failed|found)/,
    );
  });

  it("rejects evidence replayed from another cluster", () =>
    rejected(
      signedAgain(({ predicate }) => {
        predicate.target = { ...predicate.target, cluster: "other" };
      }),
      /another drill/,
    ));

  it("prints no secret", async () => {
    const { output } = await world.preview();
    for (const secret of world.secrets()) assert.ok(!output.includes(secret), "a secret was printed");
  });
});
