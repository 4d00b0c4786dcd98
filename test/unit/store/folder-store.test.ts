import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import { join } from "node:path";
import { mock } from "node:test";
import { NotFoundError } from "../../../store/errors";
import { MARKER } from "../../../store/folder-marker";
import type { FolderStore } from "../../../store/folder-store";
import { chunks, clear, freshFolder, KEY, listed, refused } from "./folder-objects";
import type { Volumes } from "./volumes";

describe("a folder as a store", () => {
  let volumes: Volumes;
  let root: string;
  let store: FolderStore;
  beforeEach(async () => {
    ({ volumes, root, store } = await freshFolder());
  });
  afterEach(() => clear(volumes));

  describe("keeps objects", () => {
    it("and says what was stored", async () => {
      const body = [randomBytes(100_000), randomBytes(200_000)];
      const stored = await store.upload(KEY, chunks(...body));
      const all = Buffer.concat(body);
      assert.deepEqual(stored, { key: KEY, bytes: 300_000, sha256: createHash("sha256").update(all).digest("hex") });
      assert.equal(await store.size(KEY), 300_000);
      const copy = join(volumes.folder, "copy");
      assert.deepEqual(await store.download(KEY, copy), { bytes: 300_000, sha256: stored.sha256 });
      assert.deepEqual(await fs.readFile(copy), all);
    });

    it("that nobody but the agent's user and group reads", async () => {
      await store.putText(KEY, "x");
      assert.equal((await fs.stat(join(root, KEY))).mode & 0o777, 0o640);
      assert.equal((await fs.stat(join(root, KEY, ".."))).mode & 0o777, 0o750);
    });

    it("with any text, also an empty one", async () => {
      for (const text of ["", "ä€😀\n"]) {
        await store.putText(KEY, text);
        assert.equal(await store.readText(KEY), text);
      }
    });

    it("and tells one that is not there from all others", async () => {
      assert.equal(await store.readTextIfThere(KEY), undefined);
      await assert.rejects(store.readText(KEY), NotFoundError);
      await assert.rejects(store.size(KEY), NotFoundError);
      assert.equal(
        await refused(store.read(KEY)),
        `cannot fetch ${KEY} on the volume at ${root}: there is no such file`,
      );
      await store.putText("a", "file");
      assert.equal(await store.readTextIfThere("a/b"), undefined, "below a file there is nothing");
    });

    for (const key of [
      "../x",
      "a/../../x",
      "/etc/passwd",
      "a/./b",
      "a//b",
      "",
      "a/",
      "a\0b",
      MARKER,
      "a/.unfinished-1",
    ])
      it(`refuses ${JSON.stringify(key)} as a key`, async () => {
        assert.match(await refused(store.putText(key, "x")), /is no (object's )?key/);
        assert.match(await refused(store.readText(key)), /is no (object's )?key/);
        assert.match(await refused(store.remove(key)), /is no (object's )?key/);
      });
  });

  describe("lists", () => {
    it("what is there in the order of keys, as a bucket does, by page", async () => {
      const keys = ["b/z", "b.txt", "b/a/1", "a", "b0", "b/a.1"];
      for (const key of keys) await store.putText(key, key);
      assert.deepEqual(await listed(store, ""), [...keys].sort());
      assert.deepEqual(await listed(store, "b/"), ["b/a.1", "b/a/1", "b/z"]);
      assert.deepEqual(await listed(store, "b/a"), ["b/a.1", "b/a/1"]);
      assert.deepEqual(await listed(store, "nothing/"), []);
      assert.deepEqual((await store.folders("b/")).sort(), ["a"]);
      assert.deepEqual(await store.folders("nothing/"), []);
    });

    it("neither markers, nor what is being written, nor what is not a file", async () => {
      await store.putText("backups/a", "x");
      await fs.writeFile(join(root, "backups/.unfinished-1"), "x");
      await fs.writeFile(join(root, "backups/.nfs0001"), "x");
      await fs.symlink("/etc/passwd", join(root, "backups/link"));
      assert.deepEqual(await listed(store, ""), ["backups/a"]);
    });

    it("a folder of 20,000 entries in pages of at most some 1,000", async () => {
      await fs.mkdir(join(root, "many"));
      for (let at = 0; at < 20_000; at += 500)
        await Promise.all(Array.from({ length: 500 }, (_, i) => fs.writeFile(join(root, "many", String(at + i)), "")));
      let count = 0;
      for await (const page of store.list("many/")) {
        assert.ok(page.length <= 1016);
        count += page.length;
      }
      assert.equal(count, 20_000);
    });

    it("without one that is removed at the same time", async () => {
      await Promise.all(["a", "b", "c"].map((key) => store.putText(key, key)));
      const stat = fs.stat;
      mock.method(fs, "stat", async (file: string) => {
        if (file.endsWith("/b")) await fs.rm(file, { force: true });
        return stat(file);
      });
      assert.deepEqual(await listed(store, ""), ["a", "c"]);
    });
  });

  describe("removes", () => {
    it("objects, and folders that are empty then, but nothing that is marked", async () => {
      await store.putText(KEY, "x");
      await store.putText(`${KEY}.other`, "x");
      await store.remove(KEY, "backups/not/there");
      assert.deepEqual(await listed(store, ""), [`${KEY}.other`]);
      await store.remove(`${KEY}.other`);
      assert.deepEqual((await fs.readdir(root)).sort(), [MARKER, "backups", "evidence"]);
      assert.deepEqual(await fs.readdir(join(root, "backups")), [MARKER]);
    });

    it("what writers left that died over a day ago, also beside the folder it writes to, and nothing younger", async () => {
      const database = join(root, "backups/app/orders/shop");
      const [dead, alive] = [join(database, "20261101T020000Z-0001"), join(database, "20261120T020000Z-0001")];
      for (const folder of [dead, alive]) {
        await fs.mkdir(folder, { recursive: true });
        await fs.writeFile(join(folder, ".unfinished-1"), "x");
      }
      const old = new Date(Date.now() - 25 * 3_600_000);
      await fs.utimes(join(dead, ".unfinished-1"), old, old);
      await store.putText(KEY, "x");
      await assert.rejects(fs.stat(dead), /ENOENT/, "the dead one's folder is gone");
      assert.deepEqual(await fs.readdir(alive), [".unfinished-1"]);
    });

    it("all keys that it can, before it tells of the first failure", async () => {
      await store.putText("a/1", "x");
      await fs.mkdir(join(root, "a/0"));
      assert.match(await refused(store.remove("a/0", "a/1")), /^cannot delete a\/0 on the volume/);
      assert.deepEqual(await listed(store, ""), []);
    });
  });
});
