import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireClock, requireSameTime } from "../../../catalog/clock";
import { copyBackups } from "../../../catalog/copy";
import { prune } from "../../../catalog/prune";
import { MARKER } from "../../../store/folder-marker";
import { FolderStore } from "../../../store/folder-store";
import { S3Store } from "../../../store/s3-store";
import type { Store } from "../../../store/store";
import { manifest } from "../agent/jobs";
import { FakeBucket } from "./fake-bucket";
import { backUp, MemoryStore, OWNER } from "./memory-store";

const HOUR = 3_600_000;
const POLICY = { keepSeconds: 60, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: "UTC" };
const telling = (clockAhead: number | undefined) => ({ clockAhead: async () => clockAhead });

describe("a clock", () => {
  it("is right within a quarter of an hour, and wrong beyond, whichever of both it is", async () => {
    for (const right of [0, 14 * 60_000, -14 * 60_000]) await requireClock(telling(right));
    await assert.rejects(
      requireClock(telling(2 * HOUR)),
      /^ReportedError: a clock is wrong: here it is [\d-]+ [\d:]+ UTC, which is 2h behind the clock of the storage\. .*nothing was done: set the wrong one of both \(NTP\), then run it again$/,
    );
    await assert.rejects(requireClock(telling(-26 * HOUR)), /1d 2h ahead of the clock of the storage/);
    assert.throws(() => requireSameTime("the database server", HOUR), /1h behind the clock of the database server/);
  });

  it("is held against the first storage that tells its time, and against none where none does", async () => {
    await requireClock({}, telling(undefined));
    await assert.rejects(requireClock({}, telling(undefined), telling(HOUR)), /1h behind/);
    await requireClock(telling(0), telling(HOUR));
  });

  it("that is wrong lets nothing be pruned: ages would be wrong", async () => {
    const store = Object.assign(new MemoryStore(), telling(-400 * 24 * HOUR));
    for (const day of ["2025-01-01", "2025-01-02", "2025-01-03"]) backUp(store, `${day}T02:00:00Z`);
    const before = store.ids();
    const options = { owner: OWNER, policy: POLICY, onPlan: () => assert.fail("nothing is planned") };
    await assert.rejects(prune(store, "", manifest.target, options), /400d ahead of the clock of the storage/);
    assert.deepEqual(store.ids(), before);
  });

  it("that is wrong keeps a copy with a limit of age from being made, and one without from nothing", async () => {
    const store = Object.assign(new MemoryStore(), { place: "a", ...telling(HOUR) }) as unknown as Store;
    const other = Object.assign(new MemoryStore(), { place: "b" }) as unknown as Store;
    const copy = (maxAgeSeconds?: number) =>
      copyBackups({ store, prefix: "" }, { store: other, prefix: "" }, manifest.target, OWNER, { maxAgeSeconds });
    await assert.rejects(copy(60), /a clock is wrong/);
    assert.deepEqual((await copy()).copied, []);
  });

  describe("of a bucket", () => {
    for (const [hours, expected] of [
      [0, 0],
      [2, 2 * HOUR],
      [-30, -30 * HOUR],
    ] as const)
      it(`is known by its answers, also to a key that may do nothing, ${hours} hours ahead`, async () => {
        const bucket = await new FakeBucket({ ahead: hours * HOUR }).start();
        try {
          for (const user of ["writer", "nobody"]) {
            const ahead = await S3Store.open(bucket.access(user)).clockAhead();
            assert.ok(Math.abs((ahead ?? Number.NaN) - expected) < 10_000, String(ahead));
          }
        } finally {
          await bucket.stop();
        }
      });

    it("is known when the SDK has signed with the server's time, and nobody would hear that the own one is wrong", async () => {
      const server = await strictServer(2 * HOUR);
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
      const store = S3Store.open({ endpoint, bucket: "backups", region: "us-east-1", credentials });
      try {
        assert.deepEqual(await store.folders("backups/"), []);
        await assert.rejects(requireClock(store), /(2h|1h 59m) behind the clock of the storage/);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  });

  describe("of a volume", () => {
    let root: string;
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), "clock-"));
      await writeFile(join(root, MARKER), JSON.stringify({ version: 1, id: "x" }));
    });
    afterEach(() => rm(root, { recursive: true }));

    it("is that of a new file, of which nothing stays", async () => {
      const ahead = await (await FolderStore.open(root)).clockAhead();
      assert.ok(Math.abs(ahead ?? Number.NaN) < 10_000, String(ahead));
      assert.deepEqual(await readdir(root), [MARKER]);
    });

    it("is not known where nothing can be written, which is no error of its own", async () => {
      const store = await FolderStore.open(root);
      await rm(root, { recursive: true });
      assert.equal(await store.clockAhead(), undefined);
      await writeFile(root, ""); // for afterEach
    });
  });
});

/** Refuses what is signed with a time over 15 minutes from its own, as Amazon S3 does. */
async function strictServer(ahead: number): Promise<Server> {
  const server = createServer((request, response) => {
    const now = Date.now() + ahead;
    response.setHeader("date", new Date(now).toUTCString());
    const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/.exec(String(request.headers["x-amz-date"])) ?? [];
    const [year, month, day, hour, minute] = parts.map(Number) as [number, number, number, number, number];
    if (Math.abs(Date.UTC(year, month - 1, day, hour, minute) - now) > 15 * 60_000) {
      response.statusCode = 403;
      response.end("<Error><Code>RequestTimeTooSkewed</Code><Message>too large</Message></Error>");
    } else response.end("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
