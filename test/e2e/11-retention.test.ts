import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { layout } from "../../model/layout";
import type { Manifest } from "../../model/manifest";
import { ownerKey } from "../../model/storage-identity";
import { finishJob, jobName, startJob } from "../../scripts/loop/jobs";
import { restorable } from "./support/command";
import type { Store } from "./support/store";
import { World } from "./support/world";

const DAY = 86_400_000;

/** What the stack's own rules do to real backups: everything of two days stays, and beside that one of each of seven days. */
describe("retention", () => {
  let world: World;
  let store: Store;
  let target: { namespace: string; cluster: string; database: string };
  /** Three of one day, four days ago. */
  let old: Manifest[];

  before(async () => {
    world = await World.open();
    store = await world.store();
    target = { ...world.cluster, database: "zabbix" };
    const newest = await store.newest(target);
    const noon = Math.floor(Date.now() / DAY) * DAY - 4 * DAY + DAY / 2;
    old = [];
    for (const hour of [0, 1, 2]) old.push(await store.forge(newest, {}, new Date(noon + hour * 3_600_000)));
  });

  after(async () => {
    for (const { id } of old ?? [])
      for (const key of await store.list(layout.backup("", target, id))) await store.remove(key);
  });

  const idsOf = (manifests: Manifest[]) => manifests.map(({ id }) => id);
  const stored = async () => (await store.backupIds(target)).filter((id) => idsOf(old).includes(id));
  const database = ["--database", "zabbix"];

  async function pruneJob(): Promise<{ succeeded: boolean; logs: string }> {
    const { retentionCronJob } = world.outputs.databases.find(({ database }) => database === "zabbix") ?? {};
    assert.ok(retentionCronJob, "the stack has retention");
    const job = jobName(retentionCronJob, "e2e");
    await startJob(target.namespace, retentionCronJob, job);
    return finishJob(target.namespace, job);
  }

  it("says in a dry run what would go and why, and removes nothing", async () => {
    const { code, out, err } = restorable(world, "backup", "prune", "--dry-run", "--json", ...database);
    assert.equal(code, 0, err);
    const { backups, removed } = JSON.parse(out) as {
      backups: { id: string; action: string; reasons: string[] }[];
      removed: string[];
    };
    const actions = idsOf(old).map((id) => backups.find((backup) => backup.id === id));
    assert.deepEqual(
      actions.map((backup) => backup?.action),
      ["remove", "remove", "keep"],
    );
    assert.match(actions[2]?.reasons.join() ?? "", /last of the day/);
    assert.deepEqual(removed, []);
    assert.deepEqual(await stored(), idsOf(old));
  });

  it("removes nothing with a key that is for something else, and says what it lacks", async () => {
    const { endpoint, bucket, region, reader } = world.s3;
    const keys = join(world.folder, "reader-key");
    mkdirSync(keys, { recursive: true });
    writeFileSync(join(keys, "ACCESS_KEY_ID"), reader.accessKeyId, { mode: 0o600 });
    writeFileSync(join(keys, "ACCESS_SECRET_KEY"), reader.secretAccessKey, { mode: 0o600 });
    const where = ["--endpoint", endpoint, "--bucket", bucket, "--region", region, "--credentials", keys];
    const rules = ["--keep", "2d", "--daily", "7", "--weekly", "4", "--time-zone", "UTC"];
    const name = ["--namespace", target.namespace, "--cluster", target.cluster];
    const { code, err } = restorable(world, "backup", "prune", "--yes", ...where, ...rules, ...name, ...database);
    assert.equal(code, 1, err);
    assert.match(err, /the access key may not ask; allow it s3:GetBucketObjectLockConfiguration/);
    assert.deepEqual(await stored(), idsOf(old));
  });

  it("removes nothing while the folder is marked as another stack's, and says whose it is", async () => {
    const key = ownerKey("", target);
    const marker = (await store.read(key)).toString();
    await store.write(key, JSON.stringify({ ...JSON.parse(marker), stack: "another" }));
    try {
      const { succeeded, logs } = await pruneJob();
      assert.equal(succeeded, false, logs);
      assert.match(logs, /belongs to the stack another of the environment .*nothing was written and nothing removed/);
      assert.deepEqual(await stored(), idsOf(old));
    } finally {
      await store.write(key, marker);
    }
  });

  it("removes by the stack's own Job exactly those, the manifest first, and none of a database that is called alike", async () => {
    const [gone, alsoGone, kept] = old as [Manifest, Manifest, Manifest];
    const others = await store.list(layout.backups("", { ...target, database: "bench" }));
    const { succeeded, logs } = await pruneJob();
    assert.ok(succeeded, logs);
    for (const { id } of [gone, alsoGone]) assert.match(logs, new RegExp(`${id}.*covered by no rule`));
    assert.deepEqual(await stored(), [kept.id]);
    assert.deepEqual(await store.list(layout.backups("", { ...target, database: "bench" })), others);
    for (const secret of world.secrets()) assert.ok(!logs.includes(secret), "a secret is printed");
  });

  it("leaves what was removed to be got back: the pruner's key may delete no version", async () => {
    const [gone] = old as [Manifest];
    const { Versions = [] } = await store.client.send(
      new ListObjectVersionsCommand({ Bucket: world.s3.bucket, Prefix: layout.backup("", target, gone.id) }),
    );
    assert.equal(Versions.length, 4, "manifest, dump, roles and facts");
  });

  it("has nothing left to do the next time", async () => {
    const { succeeded, logs } = await pruneJob();
    assert.ok(succeeded, logs);
    assert.doesNotMatch(logs, /covered by no rule/);
    assert.equal((await stored()).length, 1);
  });
});
