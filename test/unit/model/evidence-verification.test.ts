import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { signStatement } from "../../../model/dsse";
import { type DrillPredicate, drillStatement } from "../../../model/evidence";
import { type Expectation, hear } from "../../../model/evidence-verification";
import { objections } from "../../../model/objections";
import { fingerprint } from "../../../model/restore-path";
import { MAX_ENVELOPE_BYTES, verify } from "../../../model/signed-record";
import { judge } from "../../../model/verdict";
import {
  aBeginning,
  aDrill,
  aRestorePath,
  aTestimony,
  chained,
  forged,
  gateSettings,
  HOUR,
  newKeys,
  sealed,
  trusting,
} from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const keys = newKeys();
const drill = aDrill("production");
const good = aTestimony(drill, now);

const expected: Expectation = {
  environment: "production",
  stack: "production",
  target: drill.target,
  previous: { environment: "staging", target: "app/orders/orders", minRows: 100 },
  fingerprint: drill.fingerprint,
  objectives: drill.objectives,
  trustedKeys: trusting(keys),
  maxAgeSeconds: 26 * HOUR,
  now,
};

/** The reasons why `envelope` is no proof for `expected`: none when it is. */
function reasonsAgainst(envelope: string, changes: Partial<Expectation> = {}): string[] {
  const expectation = { ...expected, ...changes };
  const heard = hear({ source: "file evidence.json", envelope }, expectation);
  if ("kind" in heard) return [`${heard.kind}: ${heard.reason}`];
  if (!("predicate" in heard.record)) return ["it has only begun"];
  return objections({ ...heard.record, from: heard.from }, expectation).map((o) => `${o.kind}: ${o.reason}`);
}

const withChanges = (changes: Partial<DrillPredicate>) => sealed({ ...good, ...changes }, keys);

describe("evidence that proves", () => {
  it("is signed, complete, passing, fresh, within its objectives, and of this drill", () => {
    assert.deepEqual(reasonsAgainst(sealed(good, keys)), []);
  });

  it("may be signed by either of two trusted keys while one replaces the other", () => {
    const next = newKeys();
    for (const signer of [keys, next])
      assert.deepEqual(reasonsAgainst(sealed(good, signer), { trustedKeys: trusting([keys, next]) }), []);
    assert.match(
      reasonsAgainst(sealed(good, keys), { trustedKeys: trusting(next) }).join(),
      /no trusted key signed it/,
    );
  });

  it("may be a few minutes ahead of this machine's clock", () => {
    assert.deepEqual(reasonsAgainst(sealed(aTestimony(drill, now, -240), keys)), []);
  });
});

describe("evidence that nobody can trust", () => {
  const unsigned = JSON.stringify({ ...JSON.parse(sealed(good, keys)), signatures: [] });
  const statement = drillStatement(good);
  const signed = (value: unknown) => JSON.stringify(signStatement(value, keys.privateKey));
  const cases: [string, string, RegExp][] = [
    ["is not JSON", "not json", /^untrusted: it is not JSON$/],
    ["is empty", "", /^untrusted: it is not JSON$/],
    ["is JSON null", "null", /^untrusted: it is not a signed DSSE envelope$/],
    ["is a bare statement", JSON.stringify(statement), /^untrusted: it is not a signed DSSE envelope$/],
    ["is unsigned", unsigned, /^untrusted: it is not a signed DSSE envelope$/],
    ["was signed by a key that is not trusted", sealed(good, newKeys()), /^untrusted: no trusted key signed it/],
    [
      "had its payload edited",
      forged(sealed({ ...good, passed: false }, keys), (text) => text.replace('"passed":false', '"passed":true')),
      /^untrusted: no trusted key signed it, or it was changed afterwards/,
    ],
    [
      "carries another payload type",
      JSON.stringify({ ...JSON.parse(sealed(good, keys)), payloadType: "text/plain" }),
      /^untrusted: its payload is text\/plain/,
    ],
    [
      "signs something that is no evidence",
      signed({ hello: "world" }),
      /^untrusted: .*: it names no environment, and each key counts for one$/,
    ],
    ["signs null", signed(null), /^untrusted: .*: it names no environment/],
    [
      "signs something else that names an environment",
      signed({ predicateType: "urn:x", predicate: { environment: "production" } }),
      /^untrusted: it is signed, but it is no urn:restorable/,
    ],
    [
      "leaves out what a drill must say",
      signed({ ...statement, predicate: { ...good, measured: undefined } }),
      /^untrusted: it is signed, but it is not a complete .* \(predicate\.measured\)$/,
    ],
    [
      "says more than its schema knows",
      signed({ ...statement, predicate: { ...good, extra: true } }),
      /^untrusted: it is signed, but it is not a complete/,
    ],
  ];
  for (const [what, envelope, reason] of cases) {
    it(`is refused when it ${what}`, () => assert.match(reasonsAgainst(envelope).join(), reason));
  }

  it("is refused when a key of another kind signed it and that key is trusted", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const publicKey = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
    assert.match(
      reasonsAgainst(sealed(good, keys), { trustedKeys: { production: [publicKey] } }).join(),
      /^untrusted: /,
    );
  });

  it("is refused, not crashed on, when a trusted key is no key", () => {
    assert.match(
      reasonsAgainst(sealed(good, keys), { trustedKeys: { production: ["nonsense"] } }).join(),
      /could not be verified/,
    );
  });

  it("is refused at once when it has a million lines", () => {
    const started = performance.now();
    const reason = reasonsAgainst('{"payload": "x"}\n'.repeat(1_000_000)).join();
    assert.match(reason, /^untrusted: it has 17000000 characters; evidence has at most 1048576$/);
    assert.ok(performance.now() - started < 500);
  });

  it("is refused, not crashed on, when it is as large as it may be", () => {
    const payload = "A".repeat(MAX_ENVELOPE_BYTES - 200);
    const envelope = { payloadType: "application/vnd.in-toto+json", payload, signatures: [{ sig: "AAAA" }] };
    assert.match(reasonsAgainst(JSON.stringify(envelope)).join(), /^untrusted: /);
    assert.match(reasonsAgainst("[".repeat(MAX_ENVELOPE_BYTES)).join(), /^untrusted: it is not JSON$/);
  });

  it("is refused when a text in it has control characters: they would rewrite what a person reads", () => {
    for (const failure of ["\u001b[1A\u001b[2Ksigned by key …", "a\nb", "a\u202eb"]) {
      const reasons = reasonsAgainst(withChanges({ passed: false, failures: [failure] })).join();
      assert.match(reasons, /^untrusted: it is signed, but its \S+ has control or format characters$/);
    }
  });

  it("is refused when its drill has only begun: it proves nothing", () => {
    const [envelope = ""] = chained([aBeginning(drill, now)], keys);
    const opened = verify({ source: "file begun.json", envelope }, [keys.publicKey]);
    assert.ok("kind" in opened);
    assert.match(opened.reason, /has only begun, and proves nothing/);
  });

  it("cannot write lines of its own into the message", () => {
    const keyid = "x\n✅ everything is proven\u202e".repeat(1000);
    const envelope = { ...JSON.parse(sealed(good, newKeys())) };
    envelope.signatures[0].keyid = keyid;
    const heard = hear({ source: "file a\nPolicies: ✅", envelope: JSON.stringify(envelope) }, expected);
    assert.ok("kind" in heard);
    assert.equal(heard.source, "file a Policies: ✅");
    assert.ok(heard.reason.length <= 400 && !/[\n\u202e]/.test(heard.reason));
  });
});

describe("evidence replayed from elsewhere", () => {
  const elsewhere: [string, Partial<DrillPredicate>][] = [
    ["another stack", { stack: "production-eu" }],
    ["another cluster", { target: { ...drill.target, cluster: "orders-2" } }],
    ["another namespace", { target: { ...drill.target, namespace: "app2" } }],
    ["another database", { target: { ...drill.target, database: "orders_audit" } }],
    ["an environment that is not the one before", { environment: "develop" }],
  ];
  for (const [what, changes] of elsewhere) {
    it(`is refused when it is of ${what}`, () => {
      assert.match(reasonsAgainst(withChanges(changes)).join(), /^foreign: it is of another drill \(environment/);
    });
  }

  it("is refused from any other environment where there is no previous one", () => {
    const reasons = reasonsAgainst(withChanges({ environment: "staging" }), { previous: undefined });
    assert.match(reasons.join(), /^foreign: /);
  });

  it("is refused when its subject is another artifact than the one it speaks of", () => {
    const statement = drillStatement(good, "backups/a");
    statement.subject[0] = { name: "backups/a", digest: { sha256: "c".repeat(64) } };
    const envelope = JSON.stringify(signStatement(statement, keys.privateKey));
    assert.match(reasonsAgainst(envelope).join(), /^contradictory: its subject is not the backup/);
  });
});

describe("evidence for another restore path", () => {
  const settings = gateSettings(keys);
  const newer = aRestorePath({ postgresMajor: 18 });

  it("is refused, with both fingerprints", () => {
    const upgraded = aDrill("production", {
      restorePath: newer,
      evidence: [{ source: "f", envelope: sealed(good, keys) }],
    });
    const verdict = judge(upgraded, settings, now);
    assert.equal(verdict.standing, "refused");
    const [from, to] = [drill.fingerprint, fingerprint(newer)].map((digest) => digest.slice(0, 12));
    assert.deepEqual(verdict.reasons, [`f: it is for another restore path (fingerprint ${from}…, this one is ${to}…)`]);
  });

  it("stands back behind evidence for this one, older or newer: going back to a proven path is allowed", () => {
    const other = {
      ...aTestimony(aDrill("production", { restorePath: newer }), now, 60),
      passed: false,
      failures: ["x"],
    };
    const evidence = chained([good, other], keys).map((envelope) => ({ source: "f", envelope }));
    assert.equal(judge(aDrill("production", { evidence }), settings, now).decision, "allow");
  });

  it("is refused when its fingerprint is not that of the path it describes", () => {
    const lie = withChanges({ restorePath: newer });
    assert.match(reasonsAgainst(lie).join(), /^contradictory: its fingerprint is not that of the restore path/);
  });
});

describe("evidence that does not prove", () => {
  const without = (point: string) => good.checks.filter((check) => check.point !== point);
  const failing = good.checks.map((c) => (c.point === "access" ? { ...c, id: "access.grants", passed: false } : c));
  const cases: [string, Partial<DrillPredicate>, RegExp][] = [
    ["failed", { passed: false, failures: ["role app is missing"] }, /^failing: .* failed: role app is missing$/],
    ["failed without saying why", { passed: false }, /^failing: .* it does not say why$/],
    [
      "passed with a failed check",
      { checks: failing },
      /^contradictory: it says "passed", and yet .* check access\.grants$/,
    ],
    ["passed with a failure listed", { failures: ["x"] }, /^contradictory: it says "passed", and yet these failed: x$/],
    [
      "passed with a failed stage",
      { stages: [{ name: "restore", seconds: 1, passed: false }] },
      /^contradictory: .* stage restore$/,
    ],
    ["passed and names no backup", { backup: undefined }, /contradictory: it says "passed" and names no backup/],
    [
      "ended before it began",
      { drill: { ...good.drill, startedAt: "2026-11-21T11:59:00Z" } },
      /contradictory: the drill ended before it began/,
    ],
    [
      "took longer than the objective",
      {
        measured: { rpoSeconds: 60, rtoSeconds: 2 * HOUR },
        drill: { ...good.drill, startedAt: "2026-11-21T08:50:00Z" },
        backup: {
          ...(good.backup as NonNullable<typeof good.backup>),
          snapshotAt: "2026-11-21T08:00:00Z",
          completedAt: "2026-11-21T08:05:00Z",
        },
      },
      /^objective: the measured recovery time \(RTO\) was 2h; the objective is 1h$/,
    ],
    [
      "lost more than the objective",
      { measured: { rpoSeconds: 27 * HOUR, rtoSeconds: 60 } },
      /^objective: the measured recovery point \(RPO\) was 1d 3h; the objective is 1d 2h$/,
    ],
    [
      "drilled a backup older than the recovery point objective, as when backups have stopped",
      {
        backup: {
          ...(good.backup as NonNullable<typeof good.backup>),
          snapshotAt: "2026-11-01T00:00:00Z",
          completedAt: "2026-11-01T00:05:00Z",
        },
      },
      /^objective: the age of the newest backup when it was drilled was 20d 10h; the objective is 1d 2h$/,
    ],
  ];
  for (const [what, changes, reason] of cases) {
    it(`is refused when it ${what}`, () => assert.match(reasonsAgainst(withChanges(changes)).join(), reason));
  }

  for (const point of CHECKLIST_POINTS) {
    it(`is refused when nothing was checked of ${point}`, () => {
      assert.match(
        reasonsAgainst(withChanges({ checks: without(point) })).join(),
        new RegExp(`^incomplete: .* ${point} \\(`),
      );
    });
  }

  it("is refused when it is older than evidence may be, to the second", () => {
    assert.deepEqual(reasonsAgainst(sealed(aTestimony(drill, now, 26 * HOUR), keys)), []);
    const stale = reasonsAgainst(sealed(aTestimony(drill, now, 26 * HOUR + 1), keys));
    assert.match(stale.join(), /^stale: the drill ended 1d 2h ago; evidence counts for 1d 2h$/);
  });

  it("is refused when it comes from the future", () => {
    assert.match(
      reasonsAgainst(sealed(aTestimony(drill, now, -301), keys)).join(),
      /^future: the drill ended 5m 1s in the future/,
    );
  });

  it("is held against the objectives declared now, not those of its own time", () => {
    const envelope = withChanges({ objectives: { rpoSeconds: 10 ** 9, rtoSeconds: 10 ** 9 } });
    const reasons = reasonsAgainst(envelope, { objectives: { rpoSeconds: 26 * HOUR, rtoSeconds: 60 } });
    assert.match(reasons.join(), /^objective: the measured recovery time \(RTO\) was 1m 30s; the objective is 1m$/);
  });
});
