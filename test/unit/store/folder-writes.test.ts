import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import { join } from "node:path";
import { mock } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FolderStore } from "../../../store/folder-store";
import { chunks, clear, filesIn, freshFolder, KEY, listed, refused } from "./folder-objects";
import type { Volumes } from "./volumes";

describe("a folder as a store", () => {
  let volumes: Volumes;
  let root: string;
  let store: FolderStore;
  beforeEach(async () => {
    ({ volumes, root, store } = await freshFolder());
  });
  afterEach(() => clear(volumes));

  describe("writes whole or not at all", () => {
    it("when the stream fails: nothing is left, and the stream's own error is told", async () => {
      async function* failing(): AsyncGenerator<Buffer> {
        yield randomBytes(500_000);
        throw new Error("pg_dump ended with 1");
      }
      await assert.rejects(store.upload(KEY, failing()), /^Error: pg_dump ended with 1$/);
      assert.deepEqual(await filesIn(root), []);
    });

    it("when it fails over an older object: that stays", async () => {
      await store.putText(KEY, "the old one");
      async function* failing(): AsyncGenerator<Buffer> {
        yield Buffer.from("the new one");
        throw new Error("no");
      }
      await assert.rejects(store.upload(KEY, failing()));
      assert.equal(await store.readText(KEY), "the old one");
    });

    it("when it is stopped, also while the stream gives no sign of life", async () => {
      const stop = new AbortController();
      const stopped = await FolderStore.open(root, { signal: stop.signal });
      async function* silent(): AsyncGenerator<Buffer> {
        yield Buffer.from("x");
        await sleep(60_000, undefined, { ref: false });
      }
      setTimeout(() => stop.abort(new Error("stopped by SIGTERM")), 50);
      const message = await refused(stopped.upload(KEY, silent()));
      assert.equal(message, `cannot store ${KEY} on the volume at ${root}: stopped by SIGTERM`);
      assert.deepEqual(await filesIn(root), []);
      await stopped.remove(KEY);
    });

    it("when 20 write the same key at once: one of them, whole", async () => {
      const bodies = Array.from({ length: 20 }, (_, i) => Buffer.alloc(300_000 + i, i));
      await Promise.all(bodies.map((body) => store.upload(KEY, chunks(body.subarray(0, 1000), body.subarray(1000)))));
      const found = await fs.readFile(join(root, KEY));
      assert.ok(
        bodies.some((body) => body.equals(found)),
        "a torn file",
      );
      assert.deepEqual(await filesIn(root), ["database.dump"]);
    });

    it("when others remove in the same folders all the time, which go away when they are empty", async () => {
      let writing = true;
      const remover = async () => {
        while (writing) {
          await store.remove("deep/er/folder/other");
          await sleep(0);
        }
      };
      const removers = [remover(), remover(), remover()];
      for (let i = 0; i < 300; i++) {
        await store.putText("deep/er/folder/key", "x");
        await store.remove("deep/er/folder/key");
      }
      writing = false;
      await Promise.all(removers);
      await assert.rejects(fs.stat(join(root, "deep")), /ENOENT/);
    });

    it("when fewer bytes arrive than were written", async () => {
      const stat = fs.stat;
      mock.method(fs, "stat", async (file: string) => {
        const real = await stat(file);
        if (file.includes(".unfinished-")) real.size -= 1;
        return real;
      });
      assert.match(await refused(store.putText(KEY, "12345")), /5 bytes were written, and 4 arrived/);
      assert.deepEqual(await filesIn(root), []);
    });

    it("when the writer is killed: no object, and what it left is not seen", async () => {
      const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "dying-writer.ts"), root, KEY], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      for (let dots = 0; dots < 20; ) dots += ((await once(child.stdout, "data")) as [Buffer])[0].length;
      child.kill("SIGKILL");
      await once(child, "close");
      const left = await filesIn(root);
      assert.equal(left.length, 1, "it was killed in the middle");
      assert.deepEqual(await listed(store, ""), []);
      assert.equal(await store.readTextIfThere(KEY), undefined);
    });
  });
});
