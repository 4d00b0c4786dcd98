import assert from "node:assert/strict";
import { type DrillResult, listDrills, standingOf } from "../../../catalog/drills";
import { manifestDigest } from "../../../model/manifest";
import { newKeys } from "../../policy/support/evidence";
import { manifest as example } from "../agent/jobs";
import { drillOf, storeEvidence } from "./evidence";
import { backUp, idOf, MemoryStore } from "./memory-store";

const { target } = example;
const HOUR = 3_600_000;
const [ours, theirs] = [newKeys(), newKeys()];

describe("The drills of a database's backups", () => {
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore();
  });

  it("are read from the evidence beside the backups: what was found, when, on which copy, and where it stands", async () => {
    const manifest = backUp(store, "2026-11-20T02:00:00Z");
    const key = storeEvidence(store, drillOf(manifest, "2026-11-20T03:00:00Z"), ours.privateKey);
    assert.deepEqual(await listDrills(store, "", target, { trustedKeys: [ours.publicKey] }), [
      {
        drillId: idOf("2026-11-20T03:00:00Z"),
        backupId: manifest.id,
        sha256: manifest.artifacts.database.sha256,
        manifest: manifestDigest(manifest),
        verdict: "restorable",
        passed: true,
        startedAt: new Date("2026-11-20T02:59:00Z"),
        finishedAt: new Date("2026-11-20T03:00:00Z"),
        copy: "primary",
        verified: true,
        key,
      },
    ]);
  });

  it("are not verified without keys, by another key, or after a change", async () => {
    const manifest = backUp(store, "2026-11-20T02:00:00Z");
    const key = storeEvidence(store, drillOf(manifest, "2026-11-20T03:00:00Z"), theirs.privateKey);
    const verified = async (trustedKeys: string[]) =>
      (await listDrills(store, "", target, { trustedKeys })).map((drill) => drill.verified);
    assert.deepEqual(await verified([]), [false]);
    assert.deepEqual(await verified([ours.publicKey]), [false]);
    assert.deepEqual(await verified([ours.publicKey, theirs.publicKey]), [true]);
    const envelope = JSON.parse(store.objects.get(key)?.text ?? "");
    const payload = Buffer.from(envelope.payload, "base64").toString().replace('"rows":1', '"rows":2');
    store.put(key, 1, new Date(), JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString("base64") }));
    assert.deepEqual(await verified([theirs.publicKey]), [false]);
  });

  it("leave out, and name, what is no evidence of a drill of the backup under whose id it stands", async () => {
    const first = backUp(store, "2026-11-19T02:00:00Z");
    const key = storeEvidence(store, drillOf(first, "2026-11-20T03:00:00Z"), ours.privateKey);
    const text = store.objects.get(key)?.text ?? "";
    const moved = key.replace(first.id, idOf("2026-11-20T02:00:00Z"));
    const again = key.replace(idOf("2026-11-20T03:00:00Z"), idOf("2026-11-20T04:00:00Z"));
    for (const copied of [moved, again]) store.put(copied, 1, new Date(), text);
    store.put(key, 1, new Date(), "{}");
    const said: string[] = [];
    const drills = await listDrills(store, "", target, { onUnreadable: (where, why) => said.push(`${where}: ${why}`) });
    assert.deepEqual(drills, []);
    const of = `app/orders/shop, backup ${first.id}, drill ${idOf("2026-11-20T03:00:00Z")}`;
    assert.deepEqual(said.sort(), [
      `${key}: it is no evidence of a restore drill`,
      `${again}: it is of ${of}: it was copied from elsewhere`,
      `${moved}: it is of ${of}: it was copied from elsewhere`,
    ]);
  });

  it("are read only of the backups that are asked for: evidence outlives its backup", async () => {
    const [first, second] = ["2026-11-19T02:00:00Z", "2026-11-20T02:00:00Z"].map((time) => backUp(store, time));
    assert.ok(first && second);
    for (const manifest of [first, second])
      storeEvidence(store, drillOf(manifest, "2026-11-20T03:00:00Z"), ours.privateKey);
    const drills = await listDrills(store, "", target, { only: (id) => id === second.id });
    assert.deepEqual(
      drills.map(({ backupId }) => backupId),
      [second.id],
    );
  });
});

describe("What drills amount to", () => {
  const stored = { sha256: "a", manifest: "m" };
  /** A drill that began `hour` hours after the first one, and took half an hour. */
  const drill = (hour: number, changes: Partial<DrillResult> = {}): DrillResult => ({
    drillId: `drill-${hour}`,
    backupId: "b",
    ...stored,
    verdict: "restorable",
    passed: true,
    startedAt: new Date(hour * HOUR),
    finishedAt: new Date((hour + 0.5) * HOUR),
    copy: "primary",
    verified: true,
    key: "k",
    ...changes,
  });
  const bad = (hour: number, changes: Partial<DrillResult> = {}) =>
    drill(hour, { verdict: "not restorable", passed: false, ...changes });
  const failed = (hour: number) => drill(hour, { verdict: "undetermined", passed: false });
  const standing = (...drills: DrillResult[]) => standingOf(drills, "primary", stored);

  it("is what was found about the backup, and not how the drill went: a missed objective takes no restored backup away", () => {
    assert.deepEqual(standing(drill(1, { passed: false })), { drilled: "restorable" });
    assert.deepEqual(standing(drill(1), failed(2), failed(3)), { drilled: "restorable" });
    assert.deepEqual(standing(failed(1), failed(2), failed(3)), {});
  });

  it("is that it cannot be restored only when a second drill says so, which began when the first had ended", () => {
    assert.deepEqual(standing(bad(1)), {});
    assert.deepEqual(standing(bad(1), bad(2)), { drilled: "not restorable" });
    assert.deepEqual(standing(bad(2), failed(1.5), bad(1)), { drilled: "not restorable" });
    assert.deepEqual(standing(bad(1), bad(1.4)), {}, "both at once may have met the same disk");
    assert.deepEqual(standing(bad(1), bad(2, { drillId: "drill-1" })), {}, "the same drill twice");
  });

  it("is that it can be restored as soon as a drill has done it, and until two in a row have not", () => {
    assert.deepEqual(standing(bad(1), bad(2), drill(3)), { drilled: "restorable" });
    assert.deepEqual(standing(bad(1), drill(2), bad(3)), { drilled: "restorable" });
    assert.deepEqual(standing(drill(1), bad(2), bad(3)), { drilled: "not restorable" });
  });

  it("is a claim for a pass that could not be verified, and nothing for a failure", () => {
    const forged = { verified: false };
    assert.deepEqual(standing(drill(1, forged)), { claimed: true });
    assert.deepEqual(standing(bad(1, forged), bad(2, forged)), {});
    assert.deepEqual(standing(drill(1), bad(2, forged), bad(3, forged)), { drilled: "restorable" });
  });

  it("is a claim for a pass of another copy, and nothing for its failures", () => {
    const other = { copy: "off-site" };
    assert.deepEqual(standing(drill(1, other)), { claimed: true });
    assert.deepEqual(standing(bad(1, other), bad(2, other)), {});
  });

  it("is nothing when another manifest was drilled under the same id: its roles may be others", () => {
    assert.deepEqual(standing(drill(1, { manifest: "other" })), {});
    assert.deepEqual(standing(bad(1, { manifest: "other" }), bad(2, { manifest: "other" })), {});
  });

  it("is at most a claim by evidence of the first version, which knows the dump alone", () => {
    const first = { manifest: undefined };
    assert.deepEqual(standing(drill(1, first)), { claimed: true });
    assert.deepEqual(standing(drill(1, { ...first, sha256: "other" })), {});
    assert.deepEqual(standing(bad(1, first), bad(2, first)), {});
  });
});
