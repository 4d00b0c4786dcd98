import assert from "node:assert/strict";
import { type DrillResult, listDrills, standingOf } from "../../../catalog/drills";
import { newKeys } from "../../policy/support/evidence";
import { manifest as example } from "../agent/jobs";
import { drillOf, storeEvidence } from "./evidence";
import { backUp, idOf, MemoryStore } from "./memory-store";

const { target } = example;
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
        passed: true,
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
  const drill = (hour: number, changes: Partial<DrillResult>): DrillResult => ({
    drillId: "d",
    backupId: "b",
    sha256: "a",
    passed: true,
    finishedAt: new Date(hour),
    copy: "primary",
    verified: true,
    key: "k",
    ...changes,
  });
  const standing = (...drills: DrillResult[]) => standingOf(drills, "primary", "a");

  it("is what the newest verified one found", () => {
    assert.deepEqual(standing(drill(2, {}), drill(1, { passed: false })), { drilled: "passed" });
    assert.deepEqual(standing(drill(1, {}), drill(2, { passed: false })), { drilled: "failed" });
  });

  it("is a claim for a pass that could not be verified, and nothing for a failure", () => {
    assert.deepEqual(standing(drill(1, { verified: false })), { claimed: true });
    assert.deepEqual(standing(drill(1, { verified: false, passed: false })), {});
    const forged = drill(2, { verified: false, passed: false });
    assert.deepEqual(standing(drill(1, {}), forged), { drilled: "passed" });
  });

  it("is a claim for a pass of another copy, and nothing for its failure", () => {
    assert.deepEqual(standing(drill(1, { copy: "off-site" })), { claimed: true });
    assert.deepEqual(standing(drill(1, { copy: "off-site", passed: false })), {});
  });

  it("is nothing when another dump was drilled under the same id", () => {
    assert.deepEqual(standing(drill(1, { sha256: "c" })), {});
  });
});
