import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { type CopyName, chooseCopy, copyNamed, readCopyVariable } from "../../../../agent/drill/copies";
import { ifCopied } from "../../../../agent/drill/select";
import { summaryOf } from "../../../../agent/drill/summary";
import { predicateOf } from "../../../../agent/signer/predicate";
import { signStatement } from "../../../../model/dsse";
import { drillStatement, evidenceConfigMapKey } from "../../../../model/evidence";
import { drillJobSchema } from "../../../../model/job-config";
import { drillJob, memoryStore, turnsJob } from "../jobs";
import { ANNOUNCED, anOutcome } from "../signer/drills";

const KEY = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

const NOW = new Date("2026-11-21T12:00:00Z");

/** A drill of one copy that ended at `finishedAt`; `error` makes it one that failed. */
function predicate(copy: CopyName, finishedAt: string, error?: string) {
  const announced = { ...ANNOUNCED, copy, startedAt: "2026-11-21T02:30:10.000Z" };
  const said = predicateOf(
    turnsJob,
    copyNamed(turnsJob, copy),
    announced,
    anOutcome(error === undefined ? {} : { error }, announced),
    new Date(finishedAt),
  );
  return { ...said, chain: { sequence: 0, previous: null } };
}

/** The evidence's ConfigMap after these drills. */
function evidenceOf(...drills: [CopyName, string, string?][]): Record<string, string> {
  const data: Record<string, string> = {};
  for (const [copy, finishedAt, error] of drills) {
    const said = predicate(copy, finishedAt, error);
    data[evidenceConfigMapKey(said.fingerprint)] = JSON.stringify(signStatement(drillStatement(said), KEY));
  }
  return data;
}

const turn = async (...drills: [CopyName, string, string?][]) =>
  (await chooseCopy(turnsJob, undefined, async () => evidenceOf(...drills), NOW)).name;

describe("a drill of two copies", () => {
  it("begins with the primary, and goes on with the copy that was never drilled", async () => {
    assert.equal(await turn(), "primary");
    assert.equal(await turn(["primary", "2026-11-21T03:00:00Z"]), "off-site");
    assert.equal(await turn(["off-site", "2026-11-21T03:00:00Z"]), "primary");
  });

  it("takes the one that was drilled longer ago, each in its turn", async () => {
    const drills: [CopyName, string][] = [];
    const turns: CopyName[] = [];
    for (let hour = 1; hour <= 6; hour++) {
      const copy = await turn(...drills);
      turns.push(copy);
      drills.push([copy, `2026-11-21T0${hour}:00:00Z`]);
    }
    assert.deepEqual(turns, ["primary", "off-site", "primary", "off-site", "primary", "off-site"]);
  });

  it("goes by time whether a drill passed or failed: one copy that is broken does not keep the other from its turn", async () => {
    const broken = "the stored backup is not what its manifest says";
    assert.equal(
      await turn(["primary", "2026-11-21T03:00:00Z"], ["off-site", "2026-11-21T04:00:00Z", broken]),
      "primary",
    );
    assert.equal(
      await turn(["primary", "2026-11-21T03:00:00Z", broken], ["off-site", "2026-11-21T02:00:00Z"]),
      "off-site",
    );
  });

  it("takes what nobody can read for no evidence", async () => {
    const unreadable = { [evidenceConfigMapKey(turnsJob.offSite?.fingerprint ?? "")]: "{" };
    const data = { ...evidenceOf(["primary", "2026-11-21T03:00:00Z"]), ...unreadable };
    assert.equal((await chooseCopy(turnsJob, undefined, async () => data, NOW)).name, "off-site");
  });

  it("takes evidence from the future for none: a clock was wrong, and its copy would not be drilled until then", async () => {
    assert.equal(await turn(["primary", "2026-11-21T03:00:00Z"], ["off-site", "2027-11-21T03:00:00Z"]), "off-site");
  });

  it("drills the copy that was asked for, without asking whose turn it is", async () => {
    const unasked = async () => assert.fail("nobody needs to know");
    assert.equal((await chooseCopy(turnsJob, "off-site", unasked)).name, "off-site");
    assert.equal((await chooseCopy(turnsJob, "primary", unasked)).name, "primary");
    assert.equal((await chooseCopy(drillJob, undefined, unasked)).name, "primary");
    await assert.rejects(
      chooseCopy(drillJob, "off-site", unasked),
      /asks for the copy off-site, and this drill has none/,
    );
    assert.equal(readCopyVariable({}), undefined);
    assert.equal(readCopyVariable({ RESTORABLE_COPY: "off-site" }), "off-site");
    assert.throws(() => readCopyVariable({ RESTORABLE_COPY: "offsite" }), /must be one of primary, off-site/);
  });

  it("says which copy it drilled: its restore path, its fingerprint, and its own objective", () => {
    const [primary, offSite] = [
      predicate("primary", "2026-11-21T03:00:00Z"),
      predicate("off-site", "2026-11-21T03:00:00Z"),
    ];
    assert.equal(primary.fingerprint, turnsJob.fingerprint);
    assert.equal(offSite.fingerprint, turnsJob.offSite?.fingerprint);
    assert.equal(offSite.restorePath.storage.copy, "off-site");
    assert.deepEqual(offSite.objectives, { rpoSeconds: 7200, rtoSeconds: 600 });
    assert.equal(offSite.measured.rpoSeconds, 1800);
    assert.match(summaryOf(offSite).join("\n"), /off-site copy, restore path/);
  });

  it("drills the newest backup there when the one just taken is not copied yet, and says so", async () => {
    const place = { prefix: "copy/", target: turnsJob.target };
    const store = memoryStore({ "copy/backups/app/orders/shop/20261121T020000Z-0001/manifest.json": "{}" });
    const said: string[] = [];
    const ask = (id: string | undefined) => ifCopied(store, place, id, (line) => said.push(line));
    assert.equal(await ask("20261121T020000Z-0001"), "20261121T020000Z-0001");
    assert.equal(await ask(undefined), undefined);
    assert.deepEqual(said, []);
    assert.equal(await ask("20261121T030000Z-0001"), undefined);
    assert.deepEqual(said, [
      "note: 20261121T030000Z-0001 is not in the off-site copy yet: the newest backup there is drilled",
    ]);
  });

  it("is told of the off-site copy in its settings", () => {
    assert.deepEqual(drillJobSchema.parse(turnsJob), turnsJob);
  });
});
