import assert from "node:assert/strict";
import fc from "fast-check";
import { type PruneRunOptions, prune } from "../../../catalog/prune";
import { layout, MANIFEST } from "../../../model/layout";
import { artifactKey, type Manifest } from "../../../model/manifest";
import { NO_END } from "../../../model/retention";
import type { RetentionPolicy } from "../../../model/retention-policy";
import { ReportedError } from "../../../runtime/errors";
import { MayNotAskError } from "../../../store/object-lock";
import { newKeys } from "../../policy/support/evidence";
import { manifest as example } from "../agent/jobs";
import { drillOf, storeEvidence } from "./evidence";
import { backUp, idOf, MemoryStore, OWNER, own } from "./memory-store";

const { target } = example;
const NOW = new Date("2026-11-21T12:00:00Z");
const POLICY: RetentionPolicy = {
  keepSeconds: 3600,
  hourly: 0,
  daily: 2,
  weekly: 0,
  monthly: 0,
  yearly: 0,
  timeZone: "UTC",
};
const DAYS = [17, 18, 19, 20, 21].map((day) => `2026-11-${day}T02:00:00Z`);
const LAST = DAYS.slice(-2).map((day) => idOf(day));
const ours = newKeys();

describe("Pruning", () => {
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore();
    own(store);
  });
  const run = (options: Partial<PruneRunOptions> = {}) =>
    prune(store, "", target, { owner: OWNER, policy: POLICY, now: NOW, ...options });
  /** Drills that ended at `times` have found that `manifest` cannot be restored. */
  const findBad = (manifest: Manifest, times: string[], key: string) => {
    for (const time of times)
      storeEvidence(store, drillOf(manifest, time, { passed: false, verdict: "not restorable" }), key);
  };
  const takeAll = () => DAYS.map((day) => backUp(store, day));
  const folderOf = (time: string) => layout.backup("", target, idOf(time));
  const refusedBy = (code: string) => {
    store.beforeRemove = () => {
      throw new ReportedError(`cannot delete in the bucket: ${code}`);
    };
  };

  it("removes all objects of what no rule keeps, and nothing else", async () => {
    takeAll();
    backUp(store, "2020-01-01T02:00:00Z", "", { target: { ...target, database: "shop_audit" } });
    backUp(store, "2020-01-01T02:00:00Z", "other/");
    const outcome = await run();
    assert.deepEqual(
      outcome.removed.sort(),
      DAYS.slice(0, 3).map((day) => idOf(day)),
    );
    const left = [...store.objects.keys()].filter((key) => key.startsWith(layout.backups("", target)));
    assert.deepEqual([...new Set(left.map((key) => key.split("/").at(-2)))], ["shop", ...LAST]);
    assert.equal([...store.objects.keys()].filter((key) => key.includes("20200101")).length, 8);
    assert.ok(outcome.removedBytes > 0);
  });

  it("removes the manifests before anything else", async () => {
    takeAll();
    await run();
    assert.deepEqual(
      store.removals.map((keys) => keys.map((key) => key.split("/").at(-1)).every((name) => name === MANIFEST)),
      [true, false],
    );
  });

  it("touches nothing in a dry run, and has the same plan", async () => {
    takeAll();
    const before = [...store.objects.keys()];
    const dry = await run({ dryRun: true });
    assert.deepEqual([...store.objects.keys()], before);
    assert.deepEqual(dry.removed, []);
    assert.deepEqual(dry.decisions, (await run()).decisions);
  });

  it("removes nothing more when it is run again", async () => {
    takeAll();
    await run();
    assert.deepEqual((await run()).removed, []);
  });

  it("finishes with the next run what an interruption left half removed, and loses nothing that should stay", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), fc.boolean(), async (survives, first) => {
        store = new MemoryStore();
        own(store);
        takeAll();
        // The storage goes away after it has removed some of what it was asked to remove.
        let left = survives;
        store.beforeRemove = (keys) => {
          if (first || left < keys.length) {
            for (const key of keys.slice(0, left)) store.objects.delete(key);
            left = 0;
            throw new ReportedError("the store does not answer");
          }
          left -= keys.length;
        };
        await run().catch(() => undefined);
        for (const id of LAST) assert.ok(store.ids().includes(id));
        store.beforeRemove = () => undefined;
        await run();
        assert.deepEqual(store.ids(false), LAST);
      }),
      { numRuns: 50 },
    ));

  it("is harmless when two run at once", async () => {
    takeAll();
    await Promise.all([run(), run()]);
    assert.deepEqual(store.ids(false), LAST);
  });

  it("half removes nothing when the credentials may not delete, and says so", async () => {
    takeAll();
    const before = [...store.objects.keys()];
    refusedBy("the access key may not do that");
    await assert.rejects(
      run(),
      /^ReportedError: cannot delete in the bucket: the access key may not do that\. Removed before that: 0 of 3 backups/,
    );
    assert.deepEqual([...store.objects.keys()], before);
  });

  it("stops at the first batch that fails, and says what was done", async () => {
    for (let hour = 0; hour < 250; hour++)
      backUp(store, new Date(Date.parse(DAYS[0] ?? "") - hour * 3_600_000).toISOString());
    takeAll();
    let calls = 0;
    store.beforeRemove = () => {
      if (++calls > 2) throw new ReportedError("the store is full");
    };
    await assert.rejects(run(), /Removed before that: 100 of 252 backups/);
    assert.equal(calls, 3);
  });

  it("stops between two batches when it is told to", async () => {
    takeAll();
    await assert.rejects(
      run({ signal: AbortSignal.abort(new Error("stopped by SIGTERM")) }),
      /stopped by SIGTERM. Removed/,
    );
    assert.equal(store.ids().length, 5);
  });

  it("asks for the lock of nothing but what would go, and keeps what is locked", async () => {
    const [first, second, third] = takeAll();
    assert.ok(first && second && third);
    const manifestOf = ({ id }: { id: string }) => layout.backup("", target, id) + MANIFEST;
    store.locked.set(manifestOf(first), NO_END);
    store.locked.set(manifestOf(second), new Date("2027-01-01T00:00:00Z"));
    const { removed } = await run();
    assert.deepEqual(removed, [third.id]);
    assert.deepEqual(store.asked.sort(), [first, second, third].map(manifestOf));
  });

  it("removes nothing with a key that may not see Object Lock, and says in a dry run what it cannot know", async () => {
    takeAll();
    store.lockedUntil = async (Key) => {
      throw new MayNotAskError({ Bucket: "backups", Key });
    };
    await assert.rejects(run(), /cannot tell whether Object Lock keeps/);
    const said: string[] = [];
    const { decisions } = await run({ dryRun: true, say: (line) => said.push(line) });
    assert.equal(decisions.filter(({ keep }) => !keep).length, 3);
    assert.deepEqual(said, ["note: this key may not see Object Lock; what it keeps is not known here, and would stay"]);
    assert.equal(store.objects.size, 5 * 4 + 1);
  });

  it("keeps the last one that a drill restored, by the evidence in the storage", async () => {
    const [first, second] = takeAll();
    assert.ok(first && second);
    storeEvidence(store, drillOf(first, "2026-11-17T03:00:00Z"), ours.privateKey);
    findBad(second, ["2026-11-18T03:00:00Z", "2026-11-18T04:00:00Z"], ours.privateKey);
    await run({ trustedKeys: [ours.publicKey] });
    assert.deepEqual(store.ids(), [first.id, ...LAST]);
  });

  it("lets no backup go for a drill's failure that nobody it trusts has signed", async () => {
    const all = takeAll();
    const newest = all.at(-1);
    assert.ok(newest);
    const times = ["2026-11-21T03:00:00Z", "2026-11-21T04:00:00Z"];
    findBad(newest, times, newKeys().privateKey);
    await run({ trustedKeys: [ours.publicKey] });
    assert.deepEqual(store.ids(), LAST);
    findBad(newest, times, ours.privateKey);
    const { decisions } = await run({ trustedKeys: [ours.publicKey] });
    assert.deepEqual(
      decisions.map(({ reasons }) => reasons.at(-1)),
      ["the last good backup", "no newer backup is good"],
    );
  });

  it("keeps a backup that was unfinished in the list and is good when it would go", async () => {
    const late = backUp(store, DAYS[0] ?? "");
    takeAll();
    const key = layout.backup("", target, late.id) + MANIFEST;
    const manifest = store.objects.get(key);
    assert.ok(manifest);
    store.objects.delete(key);
    store.afterPage = () => store.objects.set(key, manifest);
    store.pageSize = 4;
    const outcome = await run();
    assert.deepEqual(outcome.spared, [
      { id: late.id, reason: "stays: it was unfinished a moment ago, and is good now" },
    ]);
    assert.ok(store.ids().includes(late.id));
  });

  it("removes nothing when the last good backup has gone since it was listed", async () => {
    const all = takeAll();
    const newest = layout.backup("", target, all.at(-1)?.id ?? "") + MANIFEST;
    const reading = store.readTextIfThere.bind(store);
    let reads = 0;
    store.readTextIfThere = async (key) => (key === newest && ++reads > 1 ? undefined : reading(key));
    await assert.rejects(run(), /the last good backup .* is not there any more: something else removes backups here/);
    assert.equal(store.removals.length, 0);
  });

  describe("refuses, and removes nothing,", () => {
    const refused = async () => {
      const outcome = await run();
      assert.equal(store.removals.length, 0);
      assert.ok(outcome.decisions.every(({ keep }) => keep));
      return outcome.refused ?? "";
    };

    it("when there is no good backup", async () => {
      store.put(`${folderOf(DAYS[0] ?? "")}database.dump`, 3, new Date(DAYS[0] ?? ""));
      assert.match(
        await refused(),
        /none of 1 backup is good \(0 damaged, 1 unfinished\): nothing is removed; look at/,
      );
    });

    it("when more are damaged than good: that looks like a storage that lost objects", async () => {
      for (const manifest of takeAll().slice(1, 4)) store.objects.delete(artifactKey("", manifest, "facts"));
      assert.match(await refused(), /3 of 5 backups are damaged, more than are good \(2\)/);
    });

    it("when a newer version wrote a manifest that it cannot read", async () => {
      takeAll();
      store.put(folderOf(DAYS[0] ?? "") + MANIFEST, 1, new Date(DAYS[0] ?? ""), JSON.stringify({ version: 3 }));
      assert.match(await refused(), /is of version 3; .*use a newer one: until then nothing is removed/);
    });
  });

  it("says nothing is wrong while the first backup is under way", async () => {
    store.put(`${folderOf("2026-11-21T11:00:00Z")}database.dump`, 3, new Date("2026-11-21T11:00:00Z"));
    const { refused, decisions } = await run();
    assert.equal(refused, undefined);
    assert.ok(decisions[0]?.keep);
  });

  it("decides nothing when a clock is wrong", async () => {
    takeAll();
    await assert.rejects(
      run({ now: new Date("2026-11-20T12:00:00Z") }),
      /^ReportedError: cannot decide which backups of app\/orders\/shop go: the backup 20261121T020000Z-0001 is from the future/,
    );
    assert.equal(store.removals.length, 0);
  });
});
