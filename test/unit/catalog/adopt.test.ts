import assert from "node:assert/strict";
import { adopt, planAdoption, shareLines } from "../../../catalog/adopt";
import { readOwner } from "../../../catalog/ownership";
import { prune } from "../../../catalog/prune";
import type { Manifest } from "../../../model/manifest";
import type { Owner } from "../../../model/storage-identity";
import { manifest as example } from "../agent/jobs";
import { backUp, MemoryStore, OWNER, own } from "./memory-store";

const { target } = example;
const NOW = new Date("2026-11-21T12:00:00Z");
const AT = NOW.toISOString();
const OLD: Owner = { environment: "staging", stack: "old-name" };

class TextStore extends MemoryStore {
  async putText(key: string, text: string) {
    this.put(key, text.length, NOW, text);
    return { key, bytes: text.length, sha256: "" };
  }
}

describe("Adopting a database's backups", () => {
  let store: TextStore;
  beforeEach(() => {
    store = new TextStore();
  });
  const folder = () => ({ store, prefix: "", target, root: "backups" as const });
  const plan = (owner = OWNER) => planAdoption(folder(), owner, NOW);
  const adoptNow = async (owner = OWNER) => adopt(folder(), await plan(owner));
  const take = (days: number[], change: Partial<Manifest> = {}) => {
    for (const day of days) backUp(store, `2026-11-${String(day).padStart(2, "0")}T02:00:00Z`, "", change);
  };
  const from = (systemIdentifier: string) => ({ server: { ...example.server, systemIdentifier } });
  const refusal = async () => {
    const policy = { keepSeconds: 3600, hourly: 0, daily: 2, weekly: 0, monthly: 0, yearly: 0, timeZone: "UTC" };
    return (await prune(store, "", target, { owner: OWNER, policy, now: NOW, dryRun: true })).refused;
  };

  it("lets pruning go on after a cluster was made anew, and shows first which servers there are", async () => {
    own(store);
    take([1, 2, 3], from("1"));
    take([4, 5], from("2"));
    assert.match((await refusal()) ?? "", /system identifier 2/);
    const { found, changes, before, after } = await plan();
    assert.deepEqual(shareLines(found), [
      "3 good backups of the stack orders-staging of the environment staging from the server 1, 20261101T020000Z-0001 to 20261103T020000Z-0001",
      "2 good backups of the stack orders-staging of the environment staging from the server 2, 20261104T020000Z-0001 to 20261105T020000Z-0001",
    ]);
    assert.deepEqual(changes, [
      "the server 2 goes on where the others ended: pruning counts the backups of all as one history",
    ]);
    assert.deepEqual(after, { ...before, adopted: [{ at: AT, systemIdentifier: "2" }] });
    await adoptNow();
    assert.equal(await refusal(), undefined);
  });

  it("makes another stack the owner, keeps the marker's id, and counts what was stored before as its own", async () => {
    own(store, OLD);
    take([1, 2, 3], OLD);
    await assert.rejects(refusal(), /belongs to the stack old-name/);
    await adoptNow();
    const marker = await readOwner(folder());
    assert.deepEqual(
      [marker?.stack, marker?.adopted, marker?.id],
      [OWNER.stack, [{ at: AT, from: OLD }], "6f1c2a5e-9a64-4d5b-8f0e-2d3c4b5a6978"],
    );
    assert.equal(await refusal(), undefined);
  });

  it("settles whose a folder is in which backups of two lie and no marker", async () => {
    take([1, 2], OLD);
    take([3, 4]);
    assert.match((await refusal()) ?? "", /do not belong to/);
    await adoptNow();
    assert.equal(await refusal(), undefined);
  });

  it("changes nothing when it is repeated", async () => {
    own(store, OLD);
    take([1, 2], { ...OLD, ...from("1") });
    take([3, 4], from("2"));
    await adoptNow();
    const objects = new Map(store.objects);
    assert.deepEqual((await plan()).changes, []);
    await adoptNow();
    assert.deepEqual(store.objects, objects);
  });

  it("leaves alone what somebody else changed since it was shown", async () => {
    own(store, OLD);
    take([1], OLD);
    const shown = await plan();
    own(store, { stack: "third" });
    await assert.rejects(adopt(folder(), shown), /was changed by somebody else at the same time/);
    assert.equal((await readOwner(folder()))?.stack, "third");
  });

  it("takes no backup of another database for one of this", async () => {
    take([1]);
    const text = JSON.stringify({ ...example, target: { ...target, database: "audit" } });
    const key = `backups/app/orders/shop/${example.id}/manifest.json`;
    store.put(key, text.length, NOW, text);
    await assert.rejects(
      plan(),
      /the backup 20261121T020000Z-0001 in the folder of app\/orders\/shop .* of another database/,
    );
  });
});
