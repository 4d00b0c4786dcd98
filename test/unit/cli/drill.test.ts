import assert from "node:assert/strict";
import { call, FakeCluster, Folder, keys, stackOutputs, TARGET } from "./support";

const BACKUP = "20261121T010000Z-0001";
const DRILL = "20261121T105800Z-00d1";

describe("restorable drill", () => {
  let folder: Folder;
  let cluster: FakeCluster;
  const stack = { stackOutputs: async () => stackOutputs(), cluster: async () => cluster };
  beforeEach(async () => {
    folder = await Folder.make();
    cluster = new FakeCluster();
    folder.drill(folder.backup(BACKUP), DRILL);
  });
  afterEach(() => folder.remove());

  describe("run", () => {
    const run = (...args: string[]) =>
      call(["drill", "run", "--stack", "staging", "--path", folder.path, ...args], stack);
    beforeEach(() => {
      cluster.logs = [`Restore drill ${DRILL} of backup ${BACKUP}, restore path aaa…\nPASSED`];
    });

    it("tells the Job which backup and copy, and shows the evidence that it left", async () => {
      const { code, out, err } = await run("--backup", BACKUP, "--copy", "primary");
      assert.equal(code, 0, err);
      assert.deepEqual(cluster.created[0]?.spec?.template.spec?.containers[0]?.env, [
        { name: "RESTORABLE_TRIGGER", value: "manual" },
        { name: "RESTORABLE_BACKUP_ID", value: BACKUP },
        { name: "RESTORABLE_COPY", value: "primary" },
      ]);
      assert.match(out, /^PASSED {2}app\/orders\/shop/);
      assert.match(out, /signed {2}by key [0-9a-f]{16}; restore path/);
    });

    it("tells the Job that rows are gone rightly, when it is asked to and not otherwise", async () => {
      await run("--accept-shrinkage");
      const env = cluster.created[0]?.spec?.template.spec?.containers[0]?.env;
      assert.deepEqual(env?.at(-1), { name: "RESTORABLE_ACCEPT_SHRINKAGE", value: "yes" });
    });

    it("prints JSON with the evidence in it", async () => {
      const { evidence, ...rest } = JSON.parse((await run("--json")).out);
      const name = cluster.created[0]?.metadata?.name;
      assert.deepEqual(rest, { version: 1, job: { namespace: "app-drill", name }, result: "passed", drill: DRILL });
      assert.equal(evidence.signature, "verified");
      assert.equal(evidence.predicate.backup.id, BACKUP);
    });

    it("ends with 1 when the drill failed", async () => {
      cluster.end = { succeeded: false };
      assert.equal((await run()).code, 1);
    });

    it("ends with 1 when the Job is content, but its evidence is a stranger's", async () => {
      const { newKeys } = await import("../../policy/support/evidence");
      folder.drill(folder.backup(BACKUP), DRILL, {}, newKeys());
      const { code, err } = await run();
      assert.equal(code, 1);
      assert.match(err, /its evidence is not to be trusted/);
    });

    it("starts nothing for a backup that is not there", async () => {
      const { code, err } = await run("--backup", "20261121T010000Z-0009");
      assert.equal(code, 2);
      assert.match(err, /the nearest is 20261121T010000Z-0001/);
      assert.deepEqual(cluster.created, []);
    });
  });

  describe("list", () => {
    const list = (...args: string[]) =>
      call(["drill", "list", "--path", folder.path, "--key", folder.file("k.pem", keys.publicKey), ...args]);

    it("shows the newest first, with what was measured", async () => {
      const { code, out } = await list();
      assert.equal(code, 0);
      assert.deepEqual(out.split("\n"), [
        "ID                     BACKUP                 RESULT  FINISHED AT           TRIGGER       COPY     RPO  RTO",
        `${DRILL}  ${BACKUP}  passed  2026-11-21 11:00:00Z  after-backup  primary  1d   1m 30s`,
      ]);
    });

    it("prints JSON of a documented shape", async () => {
      assert.deepEqual(JSON.parse((await list("--json")).out), {
        version: 1,
        drills: [
          {
            ...{ id: DRILL, target: TARGET, backup: BACKUP, result: "passed", finishedAt: "2026-11-21T11:00:00.000Z" },
            ...{ trigger: "after-backup", copy: "primary", rpoSeconds: 86_400, rtoSeconds: 90 },
            ...{ signature: "verified", problem: null },
          },
        ],
      });
    });
  });

  describe("show", () => {
    const show = (...args: string[]) =>
      call(["drill", "show", ...args, "--path", folder.path, "--key", folder.file("k.pem", keys.publicKey)]);

    it("shows every check with expected and found, stages, and objectives", async () => {
      const { code, out } = await show(DRILL);
      assert.equal(code, 0);
      for (const line of [
        "artifact: the stored objects are what the manifest says, byte for byte",
        "  ✔ artifact.1",
        "      expected  1",
        "      found     1",
        "  ✔ restore    60.0 s",
        "RTO     1m 30s measured, 1h allowed",
      ])
        assert.ok(out.split("\n").includes(line), `${line}\n${out}`);
    });

    it("ends with 1 for a drill that failed", async () => {
      folder.drill(folder.backup(BACKUP), "20261121T115000Z-00d2", { passed: false, failures: ["a row is missing"] });
      const { code, out } = await show(BACKUP);
      assert.equal(code, 1);
      assert.match(out, /^FAILED[\s\S]*failure a row is missing$/);
    });

    it("says the nearest when there is no such drill", async () => {
      const { code, err } = await show("20261121T105800Z-00d9");
      assert.equal(code, 2);
      assert.match(err, new RegExp(`the nearest is ${DRILL}`));
    });
  });
});
