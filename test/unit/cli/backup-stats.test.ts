import assert from "node:assert/strict";
import { call, Folder, keys, TARGET } from "./support";

describe("restorable backup stats", () => {
  let folder: Folder;
  const stats = (...args: string[]) => call(["backup", "stats", "--path", folder.path, ...args]);
  beforeEach(async () => {
    folder = await Folder.make();
    folder.backup("20261121T080000Z-0001", { dump: "x".repeat(100) });
    const second = folder.backup("20261121T090000Z-0002", { dump: "x".repeat(200) });
    folder.drill(second, "20261121T090500Z-0002");
    // 10:00 brought none.
    folder.backup("20261121T110000Z-0003", { dump: "x".repeat(400) });
  });
  afterEach(() => folder.remove());

  it("tells size, growth, ages, what is due and what did not come", async () => {
    const { code, out } = await stats("--schedule", "0 * * * *", "--key", folder.file("k.pem", keys.publicKey));
    assert.equal(code, 0);
    const lines = out.split("\n");
    assert.equal(lines[0], "app/orders/shop");
    assert.ok(lines.includes("  backups           3 good"), out);
    assert.ok(lines.includes("  oldest good       20261121T080000Z-0001, 2026-11-21 08:00:01Z"), out);
    assert.ok(lines.includes("  newest good       20261121T110000Z-0003, 2026-11-21 11:00:01Z"), out);
    assert.match(out, /growth {12}\+2\.4 kB per day and backup, over the last 3/);
    assert.ok(lines.includes("  last good backup  59m 59s ago"), out);
    assert.ok(lines.includes("  last good drill   1h ago"), out);
    assert.ok(lines.includes("  next due          2026-11-21 13:00:00Z"), out);
    assert.ok(lines.includes("  missed runs       1 run: 2026-11-21 10:00:00Z"), out);
  });

  it("prints JSON in which nothing is left out that is not known", async () => {
    const { out } = await stats("--json");
    const { databases, ...rest } = JSON.parse(out);
    const { totalBytes, growth, compressionRatio, ...database } = databases[0];
    assert.deepEqual(rest, { version: 1, usedBytes: totalBytes, quotaBytes: null });
    assert.equal(growth.backups, 3);
    assert.ok(compressionRatio > 0);
    assert.deepEqual(database, {
      target: TARGET,
      good: 3,
      unfinished: 0,
      damaged: 0,
      foreign: 0,
      oldest: { id: "20261121T080000Z-0001", takenAt: "2026-11-21T08:00:01.000Z" },
      newest: { id: "20261121T110000Z-0003", takenAt: "2026-11-21T11:00:01.000Z" },
      secondsSinceGoodBackup: 3599,
      secondsSinceGoodDrill: 3600,
      nextDue: null,
      suspended: null,
      missedRuns: null,
    });
  });

  it("ends with 1 over the quota, and with 0 under it", async () => {
    const over = await stats("--quota", "1kB");
    assert.equal(over.code, 1);
    assert.match(over.out, /of 1\.0 kB \(\d+ %\): over the quota/);
    assert.equal((await stats("--quota", "1GiB")).code, 0);
  });

  it("does not count a failed drill, or one that a stranger signed", async () => {
    const stranger = (await import("../../policy/support/evidence")).newKeys();
    const { out } = await stats("--key", folder.file("s.pem", stranger.publicKey));
    assert.match(out, /last good drill {3}never/);
  });

  it("refuses sizes, windows and schedules that it cannot read", async () => {
    for (const [args, message] of [
      [["--quota", "lots"], /--quota is "lots"; give a number and a unit/],
      [["--window", "7"], /--window is "7"; give a whole number and h, d or w/],
      [["--schedule", "0 2 * *"], /--schedule: "0 2 \* \*" has 4 fields/],
    ] as const) {
      const { code, err } = await stats(...args);
      assert.equal(code, 2);
      assert.match(err, message);
    }
  });
});
