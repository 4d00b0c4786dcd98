import assert from "node:assert/strict";
import { listBackups, listTargets, objectKeys } from "../../../catalog/list";
import { layout, MANIFEST } from "../../../model/layout";
import { artifactKey } from "../../../model/manifest";
import { manifest as example } from "../agent/jobs";
import { backUp, idOf, MemoryStore } from "./memory-store";

const { target } = example;
const folderOf = (time: string) => layout.backup("", target, idOf(time));
const DAYS = ["2026-11-18T02:00:00Z", "2026-11-19T02:00:00Z", "2026-11-20T02:00:00Z"] as const;

describe("The list of a database's backups", () => {
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore();
  });
  const list = () => listBackups(store, "", target);
  const states = async () => (await list()).map(({ state, problem }) => [state, problem]);

  it("says of each, oldest first, what it is, however the pages of the listing cut it", async () => {
    for (const day of DAYS) backUp(store, day);
    for (const pageSize of [1, 3, 4, 5, 1000]) {
      store.pageSize = pageSize;
      const backups = await list();
      assert.deepEqual(
        backups.map(({ id, state, objects }) => [id, state, objects.length]),
        DAYS.map((day) => [idOf(day), "good", 4]),
      );
    }
  });

  it("holds the whole manifest, the names and sizes of the objects, and when the last one was stored", async () => {
    const manifest = backUp(store, DAYS[0]);
    const [backup] = await list();
    assert.ok(backup);
    assert.deepEqual(backup.manifest, JSON.parse(JSON.stringify(manifest)));
    assert.deepEqual(backup.objects, ["database.dump", "facts.json", "manifest.json", "roles.sql"]);
    assert.deepEqual(objectKeys("", backup), [...store.objects.keys()].sort());
    assert.equal(
      backup.bytes,
      [...store.objects.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    );
    assert.equal(backup.modified.toISOString(), "2026-11-18T02:05:00.000Z");
  });

  it("holds once what is alike in all", async () => {
    for (const day of DAYS) backUp(store, day);
    const [first, second] = await list();
    assert.ok(first?.manifest && second?.manifest);
    assert.equal(first.manifest.restorePath, second.manifest.restorePath);
    assert.equal(first.objects, second.objects);
  });

  it("is of exactly one database: no other whose name begins alike", async () => {
    backUp(store, DAYS[0]);
    backUp(store, DAYS[1], "", { target: { ...target, database: "shop_audit" } });
    backUp(store, DAYS[2], "", { target: { ...target, database: "shop/2" } });
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      [idOf(DAYS[0])],
    );
    const databases = (await listTargets(store, "")).map(({ database }) => database);
    assert.deepEqual(databases, ["shop", "shop/2", "shop_audit"]);
  });

  it("calls what has no manifest unfinished, and passes over what bears no backup's id", async () => {
    store.put(`${folderOf(DAYS[0])}database.dump`, 3, new Date());
    store.put(`${layout.backups("", target)}notes.txt`, 3, new Date());
    store.put(`${layout.backups("", target)}lost+found/x`, 3, new Date());
    assert.deepEqual(await states(), [["unfinished", "it has no manifest"]]);
  });

  it("finds an object that is missing or of another size, and a manifest that is torn or of another backup", async () => {
    const missing = backUp(store, DAYS[0]);
    store.objects.delete(artifactKey("", missing, "roles"));
    const shorter = backUp(store, DAYS[1]);
    store.put(artifactKey("", shorter, "database"), 2, new Date());
    store.put(folderOf(DAYS[2]) + MANIFEST, 1, new Date(), "{");
    const strange = idOf("2026-11-21T02:00:00Z");
    store.put(layout.backup("", target, strange) + MANIFEST, 1, new Date(), JSON.stringify(missing));
    const problems = (await states()).map(([state, problem]) => `${state}: ${problem}`);
    assert.match(problems[0] ?? "", /^damaged: .*roles.sql is missing$/);
    assert.match(problems[1] ?? "", /^damaged: .*database.dump has 2 bytes, its manifest says 3$/);
    assert.match(problems[2] ?? "", /^damaged: .*is not JSON/);
    assert.match(problems[3] ?? "", /^damaged: its manifest is of app\/orders\/shop\/20261118T020000Z-0001/);
  });

  it("tells a manifest of a newer version from a damaged one", async () => {
    store.put(folderOf(DAYS[0]) + MANIFEST, 1, new Date(), JSON.stringify({ version: 3 }));
    const [backup] = await list();
    assert.equal(backup?.newerVersion, true);
    assert.match(backup?.problem ?? "", /use a newer one/);
  });

  it("refuses a listing without order, in which objects would seem to be missing", async () => {
    const keys = DAYS.map((day) => `${folderOf(day)}database.dump`);
    const page = [keys[1], keys[0], keys[2]].map((key = "") => ({ key, bytes: 3, modified: new Date() }));
    async function* unordered() {
      yield page;
    }
    const strange = { list: unordered, readTextIfThere: async () => undefined };
    await assert.rejects(listBackups(strange, "", target), /lists what is under backups.* in no order/);
  });
});
