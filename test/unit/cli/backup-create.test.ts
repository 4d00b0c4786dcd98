import assert from "node:assert/strict";
import { call, FakeCluster, stackOutputs } from "./support";

const STORED = ["✔ dump 1.2 s", "✔ dump 1.2 s\nbackup 20261121T120001Z-abcd is stored\n"];

describe("restorable backup create", () => {
  let cluster: FakeCluster;
  const create = (args: string[] = [], change = {}) =>
    call(["backup", "create", "--stack", "staging", ...args], {
      stackOutputs: async () => stackOutputs(),
      cluster: async () => cluster,
      ...change,
    });
  beforeEach(() => {
    cluster = new FakeCluster();
    cluster.logs = [...STORED];
  });

  it("makes a Job of the CronJob, shows each line once, and prints the id alone", async () => {
    const { code, out, err } = await create();
    assert.equal(code, 0, err);
    assert.equal(out, "20261121T120001Z-abcd");
    const [job] = cluster.created;
    assert.match(job?.metadata?.name ?? "", /^shop-backup-20261121t120000z-[0-9a-f]{4}$/);
    assert.deepEqual(job?.spec?.template.spec?.containers[0]?.env, [{ name: "RESTORABLE_TRIGGER", value: "manual" }]);
    assert.equal(
      err,
      `backup of app/orders/shop: Job app/${job?.metadata?.name}\n  ✔ dump 1.2 s\n  backup 20261121T120001Z-abcd is stored\n`,
    );
  });

  it("says so when the schedule has started a backup that is under way, and takes a second one beside it", async () => {
    cluster.active = ["shop-backup-29391120"];
    const { code, err } = await create();
    assert.equal(code, 0, err);
    assert.match(err, /^note: a backup that the schedule has started is under way, too \(Job shop-backup-29391120\)/);
    assert.notEqual(cluster.created[0]?.metadata?.name, "shop-backup-29391120");
  });

  it("prints JSON of a documented shape", async () => {
    const { out } = await create(["--json"]);
    const name = cluster.created[0]?.metadata?.name;
    assert.deepEqual(JSON.parse(out), {
      version: 1,
      job: { namespace: "app", name },
      result: "good",
      backup: "20261121T120001Z-abcd",
      drillStarted: true,
    });
  });

  it("ends with 1 and the last lines when the Job fails", async () => {
    Object.assign(cluster, {
      logs: ["✘ dump failed: disk full"],
      end: { succeeded: false, reason: "backoff" },
      exitCode: 1,
    });
    const { code, out, err } = await create();
    assert.equal(code, 1);
    assert.equal(out, "✘ dump failed: disk full");
    assert.match(err, /✘ the backup failed: backoff; the whole log: kubectl -n app logs -f job\/shop-backup-/);
  });

  it("ends with 3 when the backup is good and its drill could not be asked for", async () => {
    Object.assign(cluster, { end: { succeeded: false }, exitCode: 3 });
    const { code, out, err } = await create(["--json"]);
    assert.equal(code, 3);
    assert.equal(JSON.parse(out).drillStarted, false);
    assert.match(err, /its drill could not be asked for/);
  });

  it("ends with 4 when the backup is good and another database has none", async () => {
    Object.assign(cluster, { end: { succeeded: false }, exitCode: 4 });
    const { code, out, err } = await create(["--json"]);
    assert.equal(code, 4);
    assert.deepEqual([JSON.parse(out).result, JSON.parse(out).drillStarted], ["good", true]);
    assert.match(err, /a database of the server has none/);
  });

  it("does not wait when told so", async () => {
    const { code, out } = await create(["--no-wait"]);
    assert.equal(code, 0);
    assert.match(out, /^the backup is under way as Job app\/shop-backup-/);
  });

  it("stops following at Ctrl-C, and says that the Job goes on", async () => {
    const stop = new AbortController();
    cluster.running = () => {
      setTimeout(() => stop.abort(), 10);
      return true;
    };
    const { code, out } = await create([], { signal: stop.signal });
    assert.equal(code, 130);
    assert.match(out, /^no longer shown: the Job app\/shop-backup-\S+ goes on: kubectl/);
  });

  it("says which CronJob is not there", async () => {
    const { code, err } = await create(["--cron-job", "other"]);
    assert.equal(code, 1);
    assert.match(err, /there is no CronJob app\/other in the cluster of context test/);
  });

  it("wants the whole database and its CronJob where no stack says them", async () => {
    const { code, err } = await call(["backup", "create", "--database", "shop"]);
    assert.equal(code, 2);
    assert.match(err, /Give --stack, or all of --namespace, --cluster and --database/);
  });
});
