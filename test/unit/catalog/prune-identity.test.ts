import assert from "node:assert/strict";
import { type PruneRunOptions, prune } from "../../../catalog/prune";
import type { Manifest } from "../../../model/manifest";
import { ownerKey, type StorageOwner } from "../../../model/storage-identity";
import { manifest as example } from "../agent/jobs";
import { backUp, idOf, MemoryStore, OWNER, own } from "./memory-store";

const { target } = example;
const NOW = new Date("2026-11-21T12:00:00Z");
const NONE = { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const day = (number: number, hour = 2) => `2026-11-${String(number).padStart(2, "0")}T0${hour}:00:00Z`;

describe("Pruning removes nobody else's backups", () => {
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore();
  });
  const run = (options: Partial<PruneRunOptions> = {}) =>
    prune(store, "", target, {
      ...{ owner: OWNER, policy: { ...NONE, keepSeconds: 3600, daily: 3, timeZone: "UTC" }, now: NOW },
      ...options,
    });
  const take = (days: number[], hour = 2, change: Partial<Manifest> = {}) =>
    days.map((number) => backUp(store, day(number, hour), "", change));
  const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const from = (systemIdentifier: string | undefined) => ({ server: { ...example.server, systemIdentifier } });
  const adoptedAt = { at: "2026-11-11T00:00:00.000Z" };

  it("when production and staging share bucket, prefix and names: staging's removes none of production's", async () => {
    take(days(1, 10), 2, { environment: "production", stack: "prod" });
    take(days(1, 21), 3);
    own(store);
    const { removed, refused, decisions } = await run();
    assert.deepEqual(removed, []);
    assert.match(
      refused ?? "",
      /^10 of 31 backups of app\/orders\/shop here do not belong to the stack orders-staging of the environment staging \(20261101T020000Z-0001: it belongs to the stack prod of the environment production\).*nothing is removed/,
    );
    assert.ok(decisions.every(({ keep }) => keep));
    const foreign = decisions.filter(({ backup }) => backup.state === "foreign");
    assert.equal(foreign.length, 10);
    assert.ok(foreign.every(({ reasons }) => reasons.includes("it belongs to another stack or environment")));
  });

  it("when the marker is another's: not one manifest is read", async () => {
    take(days(1, 21));
    own(store, { environment: "production", stack: "prod" });
    await assert.rejects(
      run(),
      /backups\/app\/orders\/shop\/ in the store belongs to the stack prod of the environment production, since 2020-01-01T00:00:00Z, and this is the stack orders-staging .*nothing was written and nothing removed.*restorable storage adopt/,
    );
    assert.equal(store.removals.length, 0);
  });

  it("when the marker changes hands while it removes: it is read again before each batch", async () => {
    take(days(1, 10));
    own(store);
    const onPlan = () => own(store, { stack: "other" });
    await assert.rejects(run({ onPlan }), /belongs to the stack other .*Removed before that: 0 of 7 backups/);
    assert.equal(store.ids().length, 10);
  });

  it("when there is no marker, as in a storage of an earlier version: the next backup writes it, pruning never", async () => {
    take(days(1, 10));
    const { removed, refused } = await run();
    assert.deepEqual(removed, []);
    assert.match(
      refused ?? "",
      /no marker says whose the backups of app\/orders\/shop are.*the next backup.*writes it/,
    );
    assert.ok(!store.objects.has(ownerKey("", target)));
    own(store);
    assert.equal((await run()).removed.length, 7);
  });

  it("when the marker cannot be read: that is not the same as none", async () => {
    take(days(1, 10));
    for (const text of ["", "{}", JSON.stringify({ version: 2 })]) {
      store.put(ownerKey("", target), text.length, NOW, text);
      await assert.rejects(run(), /restorable-owner\.json in the store is not what this version of Restorable writes/);
    }
    assert.equal(store.removals.length, 0);
  });

  describe("when a cluster was made anew under its old name", () => {
    const refused = async () => {
      const outcome = await run();
      if (outcome.refused) assert.deepEqual(outcome.removed, []);
      return outcome.refused;
    };

    it("stops, since the new one's good backups would push the old data out of all periods", async () => {
      take(days(1, 10), 2, from("1"));
      take(days(11, 21), 2, from("2"));
      own(store);
      assert.match(
        (await refused()) ?? "",
        /the newest backup of app\/orders\/shop comes from the server with the system identifier 2 \(since 20261111T020000Z-0001\), and 10 good backups from another \(20261110T020000Z-0001: 1\): the cluster was made anew .*Nothing is removed.*restorable storage adopt/,
      );
    });

    it("goes on when somebody has accepted the new server, and stops at the next one", async () => {
      const adopted: StorageOwner["adopted"] = [{ ...adoptedAt, systemIdentifier: "2" }];
      take(days(1, 10), 2, from("1"));
      take(days(11, 19), 2, from("2"));
      own(store, { adopted });
      assert.equal((await run()).removed.length, 16);
      take(days(20, 21), 2, from("3"));
      assert.match((await refused()) ?? "", /system identifier 3/);
    });

    it("takes backups of the first version, which do not name their server, for the first known one's", async () => {
      take(days(1, 5), 2, { ...from(undefined), version: 1 });
      take(days(6, 10), 2, from("1"));
      own(store);
      assert.equal(await refused(), undefined);
      take(days(11, 12), 2, from("2"));
      assert.match((await refused()) ?? "", /3 good backups from another/);
    });
  });

  it("but goes on with those of the owner before, once somebody has adopted them", async () => {
    const before = { environment: "staging", stack: "old-name" };
    take(days(1, 10), 2, before);
    take(days(11, 21));
    own(store, { adopted: [{ ...adoptedAt, from: before }] });
    const { removed, refused } = await run();
    assert.equal(refused, undefined);
    assert.ok(removed.includes(idOf(day(1))));
    assert.equal(removed.length, 18);
  });
});
