import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs/promises";
import { join } from "node:path";
import { mock } from "node:test";
import { stuckCalls } from "../../../runtime/deadline";
import { fileError } from "../../../store/file-errors";
import { initialiseFolder } from "../../../store/folder-init";
import { MARKER } from "../../../store/folder-marker";
import { FolderStore } from "../../../store/folder-store";
import { chunks, clear, filesIn, freshFolder, KEY, refused } from "./folder-objects";
import { Volumes } from "./volumes";

describe("a folder as a store", () => {
  let volumes: Volumes;
  let root: string;
  let store: FolderStore;
  beforeEach(async () => {
    ({ volumes, root, store } = await freshFolder());
  });
  afterEach(() => clear(volumes));

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

    it("when all of it is mounted where one folder of it should be: evidence would go to another place", async () => {
      const inside = join(root, "shop/evidence");
      await fs.mkdir(join(inside, "shop/backups"), { recursive: true });
      for (const folder of [inside, join(inside, "shop/backups")])
        await fs.writeFile(join(folder, MARKER), '{"version":1,"id":"whole"}');
      assert.match(
        await refused(FolderStore.open(root, { within: "shop/evidence" })),
        /shop\/evidence is the whole storage, and should be its folder shop\/evidence alone: deploy NfsBackupStorage/,
      );
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
