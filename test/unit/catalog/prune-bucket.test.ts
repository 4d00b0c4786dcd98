import assert from "node:assert/strict";
import { copyBackups } from "../../../catalog/copy";
import { listBackups } from "../../../catalog/list";
import { prune } from "../../../catalog/prune";
import { layout, MANIFEST } from "../../../model/layout";
import { ARTIFACT_NAMES, artifactKey, type Manifest } from "../../../model/manifest";
import { ownerKey } from "../../../model/storage-identity";
import { S3Store } from "../../../store/s3-store";
import { manifest as example } from "../agent/jobs";
import { FakeBucket, type Faults } from "./fake-bucket";
import { aMarker, OWNER } from "./memory-store";

const PREFIX = "shop/";
const { target } = example;
const IDS = ["20250101T020000Z-0001", "20250102T020000Z-0001", "20250103T020000Z-0001"];
const LAST = IDS.slice(-1);
const POLICY = { keepSeconds: 3600, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: "UTC" };

/** Over HTTP, with the keys that each use has: what a storage in memory cannot refuse. */
describe("pruning a bucket", () => {
  let bucket: FakeBucket;
  const start = async (faults: Faults = {}) => {
    bucket = await new FakeBucket(faults).start();
    const store = S3Store.open(bucket.access("writer"));
    await store.putText(ownerKey(PREFIX, target), JSON.stringify(aMarker()));
    for (const id of IDS) {
      const at = `${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}T02:00:00.000Z`;
      const times = { startedAt: at, completedAt: at, snapshot: { at, lsn: "0/1" } };
      const artifacts = structuredClone(example.artifacts);
      const manifest: Manifest = { ...example, ...times, id, artifacts, keepUntil: undefined, previous: undefined };
      for (const name of ARTIFACT_NAMES) {
        const { bytes, sha256 } = await store.putText(artifactKey(PREFIX, manifest, name), `${name} of ${id}`);
        artifacts[name] = { ...artifacts[name], bytes, sha256 };
      }
      await store.putText(layout.backup(PREFIX, target, id) + MANIFEST, JSON.stringify(manifest));
    }
  };
  afterEach(() => bucket.stop());

  const as = (user: string) => S3Store.open(bucket.access(user));
  const run = (user: string) => prune(as(user), PREFIX, target, { owner: OWNER, policy: POLICY });
  const states = async () =>
    (await listBackups(as("reader"), PREFIX, target)).map(({ id, state }) => `${id.slice(6, 8)} ${state}`);

  it("removes what no rule keeps with the pruner's key", async () => {
    await start();
    assert.deepEqual((await run("pruner")).removed.sort(), IDS.slice(0, 2));
    assert.deepEqual(await states(), ["03 good"]);
  });

  it("half removes nothing with a key that may not delete, and says which key and what to do", async () => {
    await start();
    await assert.rejects(
      run("reader"),
      /^ReportedError: cannot delete .*the bucket backups at http.*: the access key may not do that; give it the permission in the store, or use the Secret meant for it\. Removed before that: 0 of 2 backups/,
    );
    assert.deepEqual(await states(), ["01 good", "02 good", "03 good"]);
  });

  it("can be done twice at once, in a bucket with versions and in one without", async () => {
    for (const faults of [{}, { unversioned: true }]) {
      await start(faults);
      await Promise.all([run("pruner"), run("pruner")]);
      assert.deepEqual(await states(), ["03 good"]);
      if (!faults.unversioned) await bucket.stop();
    }
  });

  it("can be done while the backups are copied: each is copied whole or not at all, and nothing fails", async () => {
    await start();
    const other = await new FakeBucket().start();
    try {
      const to = { store: S3Store.open(other.access("writer")), prefix: PREFIX };
      const [{ copied, gone }] = await Promise.all([
        copyBackups({ store: as("reader"), prefix: PREFIX }, to, target, OWNER),
        run("pruner"),
      ]);
      assert.deepEqual(
        [...copied.map(({ id }) => id), ...gone].filter((id) => LAST.includes(id)),
        LAST,
      );
      const there = await listBackups(to.store, PREFIX, target);
      for (const { id, state } of there)
        assert.equal(state, copied.some((one) => one.id === id) ? "good" : "unfinished");
    } finally {
      await other.stop();
    }
  });

  it("removes nothing by a clock that is wrong, as the bucket's answers tell", async () => {
    await start({ ahead: 3 * 3_600_000 });
    await assert.rejects(run("pruner"), /3h behind the clock of the storage|2h 59m behind/);
    assert.equal((await states()).length, 3);
  });
});
