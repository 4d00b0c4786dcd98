import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import { join } from "node:path";
import { mock } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stuckCalls } from "../../../runtime/deadline";
import { messageOf, ReportedError } from "../../../runtime/errors";
import { NotFoundError } from "../../../store/errors";
import { fileError } from "../../../store/file-errors";
import { initialiseFolder } from "../../../store/folder-init";
import { MARKER } from "../../../store/folder-marker";
import { FolderStore } from "../../../store/folder-store";
import { Volumes } from "./volumes";

const KEY = "backups/app/orders/shop/20261121T020000Z-0001/database.dump";

async function* chunks(...all: (Buffer | string)[]): AsyncGenerator<Buffer> {
  for (const chunk of all) yield Buffer.from(chunk);
}

async function listed(store: FolderStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix)) keys.push(...page.map(({ key }) => key));
  return keys;
}

/** What it was refused with. Anything but an error for people is a failure of its own. */
async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ReportedError, `no error for people: ${messageOf(error)}`);
    return error.message;
  }
  throw new Error("it was accepted");
}

/** All files under `folder` but the markers. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory() && entry.name !== MARKER).map((entry) => entry.name);
}

describe("a folder as a store", () => {
  let volumes: Volumes;
  let root: string;
  let store: FolderStore;

  beforeEach(async () => {
    volumes = await Volumes.make();
    root = await volumes.plain("volume");
    store = await volumes.store(root);
  });
  afterEach(async () => {
    mock.restoreAll();
    await volumes.clear();
  });

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

  describe("is refused", () => {
    it("when it was never initialised, or nothing is mounted there", async () => {
      const message = await refused(FolderStore.open(await volumes.plain("empty")));
      assert.equal(
        message,
        `${join(volumes.folder, "empty", MARKER)} is missing: either the volume is not mounted there, and what is stored would go to the node's own disk, or it was never initialised; look at the mount first, and if it is right, deploy NfsBackupStorage or run \`restorable-agent storage-init\``,
      );
    });

    it("when its marker is damaged or of another version", async () => {
      for (const text of ["", "{}", '{"version":2,"id":"x"}']) {
        await fs.writeFile(join(root, MARKER), text);
        assert.match(await refused(FolderStore.open(root)), /is not what this version of Restorable writes/);
      }
    });

    it("for writing as soon as the volume is another one, or gone", async () => {
      await fs.writeFile(join(root, MARKER), '{"version":1,"id":"another"}');
      assert.match(await refused(store.putText(KEY, "x")), /is another storage than at the start/);
      await fs.rm(join(root, MARKER));
      assert.match(await refused(store.putText(KEY, "x")), /is missing: either the volume is not mounted/);
      assert.deepEqual(await filesIn(root), []);
    });

    it("outside of the one folder that is mounted of it", async () => {
      const evidence = await FolderStore.open(root, { within: "evidence" });
      assert.equal(evidence.id, store.id, "the same storage");
      await evidence.putText("evidence/app/x.json", "{}");
      assert.equal(await store.readText("evidence/app/x.json"), "{}");
      assert.match(await refused(evidence.putText(KEY, "x")), /is not below evidence\/, which alone is mounted/);
      assert.match(await refused(FolderStore.open(root, { within: "other" })), /is missing/);
    });
  });

  describe("on a bad volume", () => {
    const system = (code: string) => Object.assign(new Error(`${code}: bad`), { code });

    it("says what is wrong and what to do", () => {
      const said = (code: string) => fileError(system(code), "store", "a", "the volume at /v").message;
      assert.match(said("ESTALE"), /^cannot store a on the volume at \/v: the mount is stale: .*mount it again/);
      assert.match(said("ENOSPC"), /the volume is full; free or add space/);
      assert.match(said("EDQUOT"), /quota is used up/);
      assert.match(said("EROFS"), /mounted read-only/);
      assert.match(said("EACCES"), /chown -R 26:26.*all_squash,anonuid=26,anongid=26/);
      assert.match(said("EIO"), /input\/output error/);
    });

    for (const code of ["ESTALE", "EDQUOT", "EIO"])
      for (const call of ["rename", "mkdir"] as const)
        it(`fails whole when ${call} gives ${code}`, async () => {
          mock.method(fs, call, () => Promise.reject(system(code)));
          const message = await refused(store.putText(KEY, "x"));
          assert.equal(message, fileError(system(code), "store", KEY, store.place).message);
          mock.restoreAll();
          assert.deepEqual(await filesIn(root), []);
        });

    it("tells of an object that is cut off while it is read", async () => {
      await store.upload(KEY, chunks(Buffer.alloc(3_000_000)));
      const body = await store.read(KEY);
      const reading = (async () => {
        for await (const _ of body) await fs.truncate(join(root, KEY), 500_000);
      })();
      assert.match(await refused(reading), /it had 3000000 bytes at the start, and ended after [12]\d{6}/);
    });

    it("tells of the local disk when that is what is full", async () => {
      await store.putText(KEY, "x");
      const message = await refused(store.download(KEY, join(volumes.folder, "no", "such", "folder")));
      assert.match(message, /cannot fetch .*: it cannot be written to .*ENOENT/);
    });

    describe("that is mounted", () => {
      before(function () {
        if (!Volumes.mayMount()) this.skip();
      });

      it("and fills up in the middle: an error, and the room is free again", async () => {
        const full = await volumes.tmpfs("full", "size=1m");
        const small = await volumes.store(full);
        const message = await refused(
          small.upload(KEY, chunks(...Array.from({ length: 40 }, () => randomBytes(65_536)))),
        );
        assert.equal(
          message,
          `cannot store ${KEY} on the volume at ${full}: the volume is full; free or add space, then run the job again`,
        );
        assert.deepEqual(await filesIn(full), []);
        await small.upload(KEY, chunks(randomBytes(500_000)));
      });

      it("read-only: it reads, and says why it does not write or delete", async () => {
        const readOnly = await volumes.tmpfs("read-only", "size=1m");
        await (await volumes.store(readOnly)).putText(KEY, "x");
        volumes.remount(readOnly, "ro");
        const reader = await FolderStore.open(readOnly);
        assert.equal(await reader.readText(KEY), "x");
        assert.match(await refused(reader.putText(KEY, "y")), /is mounted read-only; mount it for writing/);
        assert.match(await refused(reader.remove(KEY)), /cannot delete .*is mounted read-only/);
        assert.equal(await reader.readText(KEY), "x");
      });

      it("and initialised as a storage: a folder of the node's disk is not", async () => {
        const real = await volumes.tmpfs("real", "size=1m");
        const first = await initialiseFolder(real, { prefix: "shop/" });
        assert.equal(first.made, true);
        assert.ok(first.free > 500_000 && first.free < 1_100_000);
        const again = await initialiseFolder(real, { prefix: "shop/" });
        assert.deepEqual([again.made, again.id], [false, first.id], "it stays the same storage");
        assert.deepEqual((await fs.readdir(join(real, "shop"))).sort(), ["backups", "evidence"]);
        assert.deepEqual(await filesIn(real), []);
        const message = await refused(initialiseFolder(await volumes.plain("disk"), { prefix: "" }));
        assert.equal(
          message,
          `${join(volumes.folder, "disk")} is a folder of the disk that it is on, and no volume: mount the volume there`,
        );
      });

      it("without rights for the agent's user: initialising says what to do on the server", async function () {
        this.timeout(60_000);
        await fs.chmod(volumes.folder, 0o755);
        const closed = await volumes.tmpfs("closed", "size=1m,mode=755,uid=0,gid=0");
        // The code is loaded before the rights are given up: user 26 need not be able to read the repository.
        const code = `const m = require(${JSON.stringify(join(__dirname, "../../../store/folder-init.ts"))}); process.setgroups([]); process.setgid(26); process.setuid(26); m.initialiseFolder(process.argv[1], { prefix: "" }).then(() => console.log("accepted"), (e) => console.log(e.message))`;
        const said = execFileSync(process.execPath, ["--require", "tsx/cjs", "-e", code, closed], { encoding: "utf8" });
        assert.match(
          said,
          /^cannot store \.restorable-storage on the volume at .*the permissions do not allow it; .*chown -R 26:26/,
        );
      });
    });
  });

  describe("on a volume that hangs", () => {
    // A call that waits for a pipe's other end cannot be ended either.
    let pipe: string;
    afterEach(() => volumes.release(pipe));

    it("gives up after a while, names the operation, and then fails at once", async () => {
      pipe = join(root, "evidence", "hangs");
      const impatient = await FolderStore.open(root, { patienceMs: 200 });
      volumes.pipe(pipe);
      const started = performance.now();
      const message = await refused(impatient.readText("evidence/hangs"));
      assert.equal(
        message,
        `cannot fetch evidence/hangs on the volume at ${root}: there was no answer within 0.2 s; the volume hangs: look at its server and at the network to it, then run the job again`,
      );
      assert.ok(performance.now() - started < 2000);
      assert.equal(stuckCalls(), 1);
      const again = performance.now();
      assert.match(await refused(impatient.putText(KEY, "x")), /cannot open .*: there was no answer within 0.2 s/);
      await impatient.remove(KEY).catch(() => undefined);
      assert.ok(performance.now() - again < 100, "it does not wait once more");
    });

    it("can be stopped before that", async () => {
      pipe = join(root, "evidence", "hangs");
      const stop = new AbortController();
      const stopped = await FolderStore.open(root, { signal: stop.signal });
      volumes.pipe(pipe);
      setTimeout(() => stop.abort(new Error("stopped by SIGTERM")), 50);
      assert.match(
        await refused(stopped.readText("evidence/hangs")),
        /cannot fetch evidence\/hangs .*: stopped by SIGTERM/,
      );
    });

    it("keeps no process alive: it ends with its exit code", async () => {
      pipe = join(root, "evidence", "hangs");
      const file = (name: string) => JSON.stringify(join(__dirname, "../../..", name));
      const code = `
        const { FolderStore } = require(${file("store/folder-store.ts")});
        const { endProcess } = require(${file("runtime/end-process.ts")});
        FolderStore.open(process.argv[1], { patienceMs: 200 }).then((store) =>
          Promise.allSettled([1, 2, 3, 4, 5].map(() => store.readText("evidence/hangs")))
        ).then((all) => { console.log(all[0].reason.message); process.exitCode = 3; endProcess(); });`;
      volumes.pipe(pipe);
      const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", code, root], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (chunk) => {
        said += chunk;
      });
      const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
      const [exit] = await once(child, "close");
      clearTimeout(timer);
      assert.equal(exit, 3);
      assert.match(said, /the volume hangs/);
    });
  });
});
