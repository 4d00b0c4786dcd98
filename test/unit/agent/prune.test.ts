import assert from "node:assert/strict";
import { pruneNow } from "../../../agent/commands/prune";
import { layout } from "../../../model/layout";
import { type PruneJob, pruneJobSchema } from "../../../model/prune-job";
import { EXIT } from "../../../runtime/errors";
import { Stages } from "../../../runtime/stages";
import type { Store } from "../../../store/store";
import { backUp, idOf, MemoryStore, OWNER, own } from "../catalog/memory-store";
import { manifest as example } from "./jobs";

const { target } = example;
const NONE = { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
const job = (changes: object = {}): PruneJob =>
  pruneJobSchema.parse({
    version: 1,
    ...OWNER,
    target,
    storage: { kind: "s3-compatible" },
    prefix: "",
    retention: { keepSeconds: 86_400, daily: 2 },
    timeZone: "UTC",
    ...changes,
  });

describe("The agent's prune", () => {
  const said: string[] = [];
  let store: MemoryStore;
  beforeEach(() => {
    said.length = 0;
    store = new MemoryStore();
    own(store);
  });
  const say = (line: string) => void said.push(line);
  const run = (settings: PruneJob) =>
    pruneNow(settings, store as unknown as Store, {
      stages: new Stages(say),
      signal: new AbortController().signal,
      say,
    });

  it("prints each backup with what becomes of it and why, and then what was done", async () => {
    for (const day of [1, 2, 3]) backUp(store, `2025-11-0${day}T02:00:00Z`);
    assert.equal(await run(job()), EXIT.good);
    const lines = said.map((line) => line.replace(/\d+\.\d (s|kB)/, "# $1").replace(/ +/g, " "));
    assert.deepEqual(lines, [
      "app/orders/shop: everything younger than 1d, 2 daily; periods in UTC",
      "remove 20251101T020000Z-0001 2025-11-01 02:00 # kB good goes: covered by no rule",
      "keep 20251102T020000Z-0001 2025-11-02 02:00 # kB good last of the day 2025-11-02 (daily 2 of 2)",
      "keep 20251103T020000Z-0001 2025-11-03 02:00 # kB good last of the day 2025-11-03 (daily 1 of 2); the last good backup",
      "✔ prune # s",
      "removed 1 backup (# kB); 2 backups kept",
    ]);
    assert.equal(store.ids().length, 2);
  });

  it("removes nothing in a dry run, and says what it would", async () => {
    for (const day of [1, 2, 3]) backUp(store, `2025-11-0${day}T02:00:00Z`);
    assert.equal(await run(job({ dryRun: true })), EXIT.good);
    assert.match(said.at(-1) ?? "", /^would remove 1 backup \(.* kB\); 2 backups kept$/);
    assert.equal(store.ids().length, 3);
  });

  it("fails when what it found is such that somebody must look first", async () => {
    store.put(`${layout.backup("", target, idOf("2025-11-01T02:00:00Z"))}database.dump`, 3, new Date("2025-11-01"));
    await assert.rejects(run(job()), /^ReportedError: none of 1 backup is good/);
  });

  it("is told in whole counts, by a policy without a time zone of its own", () => {
    assert.deepEqual(job({ retention: { keepSeconds: 60 } }).retention, { ...NONE, keepSeconds: 60 });
    for (const retention of [{ keepSeconds: 0 }, { keepSeconds: 60, daily: -1 }, { keepSeconds: 60, hourly: 1.5 }])
      assert.throws(() => job({ retention }), /must/);
    assert.throws(() => job({ timeZone: "Europe/Zürich" }), /not an IANA time zone/);
  });
});
