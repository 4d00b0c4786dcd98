import assert from "node:assert/strict";
import { fromTheFuture, mismatch, readRunVariables, selectBackup } from "../../../../agent/drill/select";
import { drillJob, manifest, memoryStore } from "../jobs";

const silent = () => undefined;

describe("a drill selects a backup", () => {
  const folder = "backups/app/orders/shop/";
  const text = (id: string) => JSON.stringify({ ...manifest, id });
  const older = { [`${folder}20261120T000000Z-0001/manifest.json`]: text("20261120T000000Z-0001") };
  const newer = { [`${folder}20261121T000000Z-0001/manifest.json`]: text("20261121T000000Z-0001") };

  it("and not one from the future, of which no time that is measured would be true", () => {
    const now = new Date("2026-11-21T02:10:00Z");
    assert.equal(fromTheFuture(manifest, now), undefined);
    assert.equal(fromTheFuture(manifest, new Date("2026-11-21T01:55:00Z")), undefined);
    const later = "2027-11-21T02:05:00.000Z";
    for (const change of [
      { completedAt: later },
      { snapshot: { at: later, lsn: "0/1" } },
      { id: "20271121T020000Z-0001" },
    ])
      assert.match(
        fromTheFuture({ ...manifest, ...change }, now) ?? "",
        /^the backup 202\d{5}T020000Z-0001 is from the future: it says 2027-11-21.*take a new backup, and remove this one by hand$/,
      );
  });

  it("the newest one with a manifest", async () => {
    const found = await selectBackup(memoryStore({ ...older, ...newer }), drillJob, undefined, silent);
    assert.equal(found.id, "20261121T000000Z-0001");
  });

  it("and mentions an unfinished one that is newer", async () => {
    const notes: string[] = [];
    const unfinished = { [`${folder}20261122T000000Z-0001/database.dump`]: "" };
    await selectBackup(memoryStore({ ...older, ...unfinished }), drillJob, undefined, (line) => notes.push(line));
    assert.deepEqual(notes, [
      "note: 20261122T000000Z-0001 has no manifest: that backup is under way or did not end well, and does not count",
    ]);
  });

  it("and passes over what is of another stack or environment under the same name, and says whose it is", async () => {
    const notes: string[] = [];
    const foreign = (id: string, change: object) => ({
      [`${folder}${id}/manifest.json`]: JSON.stringify({ ...manifest, id, ...change }),
    });
    const objects = {
      ...older,
      ...foreign("20261122T000000Z-0001", { environment: "production" }),
      ...foreign("20261123T000000Z-0001", { stack: "other" }),
    };
    const found = await selectBackup(memoryStore(objects), drillJob, undefined, (line) => notes.push(line));
    assert.equal(found.id, "20261120T000000Z-0001");
    assert.deepEqual(notes, [
      "note: 20261123T000000Z-0001 belongs to the stack other of the environment staging, and does not count",
      "note: 20261122T000000Z-0001 belongs to the stack orders-staging of the environment production, and does not count",
    ]);
    const alone = memoryStore(foreign("20261122T000000Z-0001", { environment: "production" }));
    await assert.rejects(
      selectBackup(alone, drillJob, undefined, silent),
      /none of 1 has a manifest that is of the stack/,
    );
  });

  it("the one that was asked for", async () => {
    const store = memoryStore({ ...older, ...newer });
    assert.equal((await selectBackup(store, drillJob, "20261120T000000Z-0001", silent)).id, "20261120T000000Z-0001");
  });

  it("and fails when the one asked for has no manifest, naming it", async () => {
    await assert.rejects(
      selectBackup(memoryStore(older), drillJob, "20261121T000000Z-0009", silent),
      /20261121T000000Z-0009 has no manifest \(backups\/app\/orders\/shop\/20261121T000000Z-0009\/manifest\.json\)/,
    );
  });

  it("and fails when there is none at all", async () => {
    await assert.rejects(
      selectBackup(memoryStore({}), drillJob, undefined, silent),
      /no backup to drill: there is nothing/,
    );
  });

  it("and fails when the newest manifest is damaged, instead of taking an older one", async () => {
    const store = memoryStore({ ...older, [`${folder}20261121T000000Z-0001/manifest.json`]: "{" });
    await assert.rejects(selectBackup(store, drillJob, undefined, silent), /is not JSON: it was damaged or cut off/);
  });

  it("and does not take another database's for its own", async () => {
    const store = memoryStore({ "backups/app/orders/shop_audit/20261120T000000Z-0001/manifest.json": "{}" });
    await assert.rejects(selectBackup(store, drillJob, undefined, silent), /no backup to drill/);
  });

  it("by variables that must make sense", () => {
    assert.deepEqual(readRunVariables({}), { backupId: undefined, trigger: "schedule", acceptShrinkage: false });
    assert.throws(() => readRunVariables({ RESTORABLE_TRIGGER: "whim" }), /must be one of after-backup/);
    assert.throws(() => readRunVariables({ RESTORABLE_BACKUP_ID: "../x" }), /looks like 20261121T021500Z-9f3a/);
  });
});

describe("a drill takes a backup for its own", () => {
  it("when target and restore path are those declared", () => {
    assert.equal(mismatch(manifest, drillJob), undefined);
  });

  it("not when it is of another environment or stack: staging must neither prove production's backups nor hold its data", () => {
    for (const change of [{ environment: "production" }, { stack: "orders-production" }])
      assert.match(
        mismatch({ ...manifest, ...change }, drillJob) ?? "",
        /^the backup belongs to the stack .*, and this drill to the stack orders-staging of the environment staging/,
      );
  });

  it("not when it was copied from another database", () => {
    const other = { ...manifest, target: { ...manifest.target, cluster: "audit" } };
    assert.match(mismatch(other, drillJob) ?? "", /of app\/audit\/shop, not of app\/orders\/shop/);
  });

  it("not when another restore path took it, and says what differs", () => {
    const restorePath = { ...manifest.restorePath, images: { ...manifest.restorePath.images, server: "old" } };
    const problem = mismatch({ ...manifest, restorePath, fingerprint: "0".repeat(64) }, drillJob);
    assert.match(problem ?? "", /images\.server \(was "old", is "registry\/postgres@sha256:1"\) differ/);
  });
});
