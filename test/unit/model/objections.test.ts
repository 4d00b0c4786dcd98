import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { dsse } from "@sigstore/core";
import { recordDigest } from "../../../model/chain";
import { PAYLOAD_TYPE, signStatement } from "../../../model/dsse";
import { type DrillPredicate, drillStatement, PREDICATE_TYPE_V1 } from "../../../model/evidence";
import type { GateSettings } from "../../../model/gate-settings";
import { judge, type Known } from "../../../model/verdict";
import {
  AGENT_IMAGE,
  aDrill,
  anExternalDrill,
  aRestorePath,
  aTestimony,
  gateSettings,
  HOUR,
  newKeys,
  SERVER_IMAGE,
  sealed,
} from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const keys = newKeys();
const drill = aDrill("production");
const good = aTestimony(drill, now);

const judged = (envelope: string, changes: Partial<GateSettings> = {}, known: Known = {}, of = drill) =>
  judge({ ...of, evidence: [{ source: "s", envelope }] }, gateSettings(keys, changes), now, known);
const reasons = (...args: Parameters<typeof judged>) =>
  judged(...args).refusals.map(({ kind, reason }) => `${kind}: ${reason}`);
const withChanges = (changes: Partial<DrillPredicate>) => sealed({ ...good, ...changes }, keys);

describe("the two verdicts in evidence", () => {
  const contradicted = good.checks.map((check) => (check.point === "rows" ? { ...check, passed: false } : check));

  it("have words and remedies of their own: a bad backup is not a bad drill", () => {
    const bad = judged(
      withChanges({ passed: false, verdict: "not restorable", failures: ["rows: 0 of 10"], checks: contradicted }),
    );
    assert.match(bad.reasons.join(), /found that backup 20261121T020000Z-9f3a is not restorable: rows: 0 of 10/);
    assert.match(bad.remedies.join(), /do not count on this backup/);
    const drilled = judged(withChanges({ passed: false, failures: ["stopped by SIGTERM"] }));
    assert.match(drilled.reasons.join(), /failed: stopped by SIGTERM$/);
    assert.doesNotMatch(drilled.remedies.join(), /do not count on this backup/);
  });

  const lies: [string, Partial<DrillPredicate>][] = [
    ["passed, and calls the backup not restorable", { verdict: "not restorable" }],
    ["passed, and calls the backup undetermined", { verdict: "undetermined" }],
    [
      "calls the backup restorable though a check of its contents failed",
      { passed: false, failures: ["x"], checks: contradicted },
    ],
    [
      "calls the backup not restorable though every check passed",
      { passed: false, failures: ["x"], verdict: "not restorable" },
    ],
    [
      "calls the backup restorable though a check could not look",
      { checks: good.checks.map((check) => (check.point === "schema" ? { ...check, ran: false } : check)) },
    ],
  ];
  for (const [what, changes] of lies)
    it(`are refused as contradictory when the record ${what}`, () => {
      assert.match(reasons(withChanges(changes)).join("\n"), /^contradictory: /m);
    });
});

describe("evidence of the first version", () => {
  const v1 = (predicate: DrillPredicate) => {
    const { verdict: _, attestation: _1, storage: _2, chain: _3, backup, ...rest } = predicate;
    const { id, snapshotAt, completedAt, bytes, sha256 } = backup as NonNullable<typeof backup>;
    const old = {
      ...rest,
      version: 1,
      backup: { id, snapshotAt, completedAt, bytes, sha256 },
      checks: predicate.checks.map(({ ran: _4, ...check }) => check),
    };
    const statement = { ...drillStatement(predicate), predicateType: PREDICATE_TYPE_V1, predicate: old };
    return JSON.stringify(signStatement(statement, keys.privateKey));
  };

  it("is read, and refused for what it lacks, with the remedy to drill again", () => {
    assert.match(reasons(v1(good)).join(), /^outdated: it is of version 1: it holds neither the digests of manifest/);
    assert.match(judged(v1(good)).remedies.join(), /with an agent of this version/);
  });

  it("still counts where another tool signed it", () => {
    const external = anExternalDrill("production");
    const envelope = v1(aTestimony(external, now));
    assert.equal(judged(envelope, {}, {}, external as never).decision, "allow");
  });

  it("is not what a record of the second version may leave out", () => {
    assert.match(reasons(withChanges({ chain: undefined, storage: undefined })).join(), /outdated: it lacks its place/);
  });
});

describe("the agent that signed", () => {
  const listed = AGENT_IMAGE.split("@")[1] as string;

  it("is any while the gate lists none", () => {
    assert.equal(judged(sealed(good, keys)).decision, "allow");
  });

  it("is one of those that the gate lists by digest, whatever its name and tag", () => {
    assert.equal(judged(sealed(good, keys), { agentImages: [listed] }).decision, "allow");
  });

  it("does not count when it is of the author's own choice, here or in the environment before", () => {
    const agent = `registry.example.com/mallory/always-passes@sha256:${"f".repeat(64)}`;
    const restorePath = aRestorePath({ images: { server: SERVER_IMAGE, agent } });
    for (const environment of ["staging", "production"]) {
      const envelope = sealed(aTestimony(aDrill(environment, { restorePath }), now), keys);
      const of = aDrill("production", { restorePath });
      assert.equal(judged(envelope, {}, {}, of).decision, "allow");
      assert.match(
        reasons(envelope, { agentImages: [listed] }, {}, of).join(),
        /^foreign-agent: the agent that signed it \(registry\.example\.com\/mallory/,
      );
    }
  });

  it("does not count when only its tag says what it is", () => {
    const restorePath = aRestorePath({ images: { server: SERVER_IMAGE, agent: "registry.example.com/agent:0.1.0" } });
    const of = aDrill("production", { restorePath });
    assert.equal(judged(sealed(aTestimony(of, now), keys), { agentImages: [listed] }, {}, of).decision, "reject");
  });
});

describe("who declared the drill", () => {
  it("does not matter where self-attested evidence is allowed", () => {
    assert.equal(judged(sealed(good, keys)).decision, "allow");
  });

  it("was a platform, where it is refused, here and in the environment before", () => {
    const refused = { selfAttested: "refused" } as const;
    assert.match(reasons(sealed(good, keys), refused).join(), /^self-attested: /);
    assert.equal(judged(withChanges({ attestation: "platform" }), refused).decision, "allow");
    const promoted = sealed(aTestimony(aDrill("staging"), now), keys);
    assert.match(reasons(promoted, refused).join(), /^self-attested: /);
  });
});

describe("where the backups were", () => {
  const place = "https://s3.example.com/orders-backups";
  const storage = { kind: "s3-compatible", place, prefix: "" } as const;
  const encrypted = (recipients: string[]) =>
    withChanges({ backup: { ...(good.backup as NonNullable<typeof good.backup>), recipients } });

  it("is where they go now", () => {
    assert.deepEqual(reasons(sealed(good, keys), {}, { declared: { storage, recipients: "none" } }), []);
    assert.deepEqual(reasons(sealed(good, keys), {}, { declared: {} }), []);
  });

  const changed: [string, Known["declared"], RegExp][] = [
    ["bucket", { storage: { ...storage, place: `${place}-2` } }, /the storage was \S+ in the drill, and is \S+-2 now/],
    ["kind", { storage: { kind: "nfs", place: "volume" } }, /the kind of storage was s3-compatible/],
    [
      "prefix",
      { storage: { ...storage, prefix: "eu/" } },
      /the storage's prefix was "" in the drill, and is "eu\/" now/,
    ],
    ["recipients", { recipients: ["age1new"] }, /who can open the backups was everyone \(not encrypted\)/],
  ];
  for (const [what, declared, reason] of changed)
    it(`is asked for anew when the ${what} changed`, () => {
      const verdict = judged(sealed(good, keys), {}, { declared });
      assert.deepEqual([verdict.standing, verdict.decision], ["unproven", "reject"]);
      assert.match(verdict.reasons.join(), reason);
    });

  it("asks for a drill and no waiver where the first environment changes them: the deployment itself drills", () => {
    const first = aDrill("local");
    const declared = { storage: { ...storage, place: "s3://x" } };
    const settings = { environment: "local", position: "first" as const };
    const verdict = judged(sealed(aTestimony(first, now), keys), settings, { declared }, first);
    assert.deepEqual([verdict.standing, verdict.decision], ["unproven", "allow"]);
  });

  it("takes no failure back: a drill that failed in the old place still rejects, also in a first environment", () => {
    const first = aDrill("local");
    const declared = { storage: { ...storage, place: "s3://x" } };
    const settings = { environment: "local", position: "first" as const };
    const failing = sealed({ ...aTestimony(first, now), passed: false, failures: ["a role is missing"] }, keys);
    const verdict = judged(failing, settings, { declared }, first);
    assert.deepEqual([verdict.standing, verdict.decision], ["refused", "reject"]);
  });

  it("says nothing of the environment before, which has a storage of its own", () => {
    const promoted = sealed(aTestimony(aDrill("staging"), now), keys);
    assert.equal(judged(promoted, {}, { declared: { storage: { ...storage, place: "s3://x" } } }).decision, "allow");
  });

  it("goes by recipients in any order, and by the KMS key that an id or ARN names", () => {
    const arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd";
    const same: [string[], string[]][] = [
      [
        ["age1b", "age1a"],
        ["age1a", "age1b"],
      ],
      [[arn], ["1234abcd"]],
      [[arn], [arn]],
      [[arn], ["alias/backups"]],
    ];
    for (const [drilled, recipients] of same)
      assert.deepEqual(reasons(encrypted(drilled), {}, { declared: { recipients } }), []);
    for (const recipients of [["other"], [`${arn}5`], [arn, "age1a"]])
      assert.equal(judged(encrypted([arn]), {}, { declared: { recipients } }).standing, "unproven");
  });
});

describe("a drill that another stack declares", () => {
  const of = aDrill("production", { declares: "reference", attestation: "platform" });
  const ofPlatform = { ...good, attestation: "platform" as const };
  const fromGate = (predicate: DrillPredicate): Known => {
    const digest = recordDigest(JSON.parse(sealed(predicate, keys)));
    return { fromGate: [{ from: "own", record: { source: "s3", keyId: "k", digest, predicate } }] };
  };

  it("counts only when the gate has read its evidence itself", () => {
    const envelope = sealed(ofPlatform, keys);
    assert.match(reasons(envelope, {}, {}, of).join(), /^withheld: another stack declares this drill, and only the/);
    assert.equal(judged(envelope, {}, fromGate(ofPlatform), of).decision, "allow");
  });

  it("counts only when a platform attests it", () => {
    assert.match(reasons(sealed(good, keys), {}, fromGate(good), of).join("\n"), /^self-attested: /m);
  });
});

describe("a key that a KMS holds", () => {
  const statement = Buffer.from(JSON.stringify(drillStatement(good)));
  const signedWith = (namedCurve: string) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    const sig = sign("sha256", dsse.preAuthEncoding(PAYLOAD_TYPE, statement), privateKey).toString("base64");
    const envelope = { payloadType: PAYLOAD_TYPE, payload: statement.toString("base64"), signatures: [{ sig }] };
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    return judged(JSON.stringify(envelope), { trustedKeys: { production: [pem] }, maxEvidenceAgeSeconds: 26 * HOUR });
  };

  it("signs with ECDSA on P-256, and on no other curve", () => {
    assert.equal(signedWith("prime256v1").decision, "allow");
    for (const curve of ["secp256k1", "secp384r1"]) assert.equal(signedWith(curve).decision, "reject");
  });
});
