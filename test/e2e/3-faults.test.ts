import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { readImages } from "../../lab";
import type { CheckResult } from "../../model/evidence";
import { factsSchema } from "../../model/facts";
import { layout, MANIFEST } from "../../model/layout";
import type { Manifest } from "../../model/manifest";
import { type JobSpec, setVariable } from "../../scripts/loop/jobs";
import { psql } from "../../scripts/loop/sample";
import { dumpOf } from "./support/dump";
import { FaultyStore } from "./support/faulty-store";
import { useSecret } from "./support/use-secret";
import { World } from "./support/world";

/** What must end red. Each fault is a real one: a killed process, a full disk, a changed byte, a lost grant. */
describe("a fault", () => {
  let world: World;
  let good: Manifest;

  before(async () => {
    world = await World.open();
    good = await (await world.store()).newest(world.target);
  });

  describe("in a backup", () => {
    /** Runs a backup that must fail, and shows that it left no manifest and nothing that looks like a backup. */
    async function failingBackup(name: string, change: (spec: JobSpec) => void): Promise<string> {
      const store = await world.store();
      const before = await store.list(layout.backups("", world.target));
      const job = await world.backUp(name, change);
      assert.equal(job.succeeded, false, `the backup should have failed:\n${job.logs}`);
      const after = await store.list(layout.backups("", world.target));
      assert.deepEqual(
        after.filter((key) => !before.includes(key) && key.endsWith(MANIFEST)),
        [],
      );
      return job.logs;
    }

    // Something to stream: its dump takes seconds and over 100 MB, so that a fault comes in the middle of it.
    const BULK =
      "create table torture.bulk as select i, md5(i::text) || md5((-i)::text) as v from generate_series(1, 4000000) i";
    before(async () => {
      const { endpoint, bucket, region, writer } = world.s3;
      const wrong = {
        ACCESS_KEY_ID: writer.accessKeyId,
        ACCESS_SECRET_KEY: "not-the-secret",
        BUCKET: bucket,
        ENDPOINT: endpoint,
        REGION: region,
      };
      await world.secret("e2e-wrong-store", wrong);
      await world.secret("e2e-wrong-database", { username: "restorable_backup", password: "not-the-password" });
      await psql(world.cluster, World.database, BULK);
    });
    after(() => psql(world.cluster, World.database, "drop table torture.bulk"));

    it("pg_dump killed in mid-stream", async () => {
      const logs = await failingBackup("killed", (spec) => {
        const container = spec.template.spec.containers[0] as { command?: string[]; args?: string[] };
        const kill =
          "until grep -qsx pg_dump /proc/[0-9]*/comm; do sleep 0.05; done; sleep 0.7; for p in /proc/[0-9]*; do grep -qsx pg_dump $p/comm && kill -9 $(basename $p); done";
        container.command = ["bash", "-c", `(${kill}) & exec restorable-agent backup`];
        delete container.args;
      });
      assert.match(logs, /pg_dump .*SIGKILL/);
      assert.match(logs, /nothing was stored as a backup/);
    });

    it("store full during the upload", async () => {
      const full = await FaultyStore.start(world, "16Mi");
      try {
        const logs = await failingBackup("full", (spec) => full.use(spec));
        assert.match(logs, /(full|no space|disk)/i);
        assert.match(logs, /database\.dump/);
      } finally {
        await full.remove();
      }
    });

    it("store gone during the upload", async () => {
      const leaving = await FaultyStore.start(world, "1Gi");
      try {
        const [logs] = await Promise.all([
          failingBackup("gone", (spec) => leaving.use(spec)),
          leaving.vanishWhenWrittenTo(),
        ]);
        assert.match(logs, /(refused|reset|timed out|timeout|not reachable|cannot be reached|does not answer)/i);
      } finally {
        await leaving.remove();
      }
    });

    it("wrong credentials for the store", async () => {
      const logs = await failingBackup("store-key", (spec) => useSecret(spec, "storage", "e2e-wrong-store"));
      assert.match(logs, /(key|credential|signature|access)/i);
      assert.doesNotMatch(logs, /not-the-secret/);
    });

    it("a bucket that does not exist", async () => {
      const { endpoint, region, writer } = world.s3;
      await world.secret("e2e-no-bucket", {
        ACCESS_KEY_ID: writer.accessKeyId,
        ACCESS_SECRET_KEY: writer.secretAccessKey,
        BUCKET: "not-there",
        ENDPOINT: endpoint,
        REGION: region,
      });
      const logs = await failingBackup("no-bucket", (spec) => useSecret(spec, "storage", "e2e-no-bucket"));
      assert.match(logs, /(there is no such bucket|may not do that)/);
    });

    it("a clock that is two hours behind", async () => {
      const logs = await failingBackup("clock", (spec) => setClock(spec, "backup", -2));
      assert.match(logs, /a clock is wrong: .*(2h( \d+s)?|1h 59m) behind the clock of the database server/);
    });

    it("wrong credentials for the database", async () => {
      const logs = await failingBackup("db-password", (spec) => useSecret(spec, "source", "e2e-wrong-database"));
      assert.match(logs, /password|authentication/i);
      assert.doesNotMatch(logs, /not-the-password/);
    });
  });

  describe("that a backup survives", () => {
    it("another backup of the same database at the same time: both are good", async () => {
      const store = await world.store();
      const manifests = async () =>
        (await store.list(layout.backups("", world.target))).filter((key) => key.endsWith(MANIFEST));
      const before = await manifests();
      const jobs = await Promise.all(["first", "second"].map((name) => world.backUp(name)));
      for (const job of jobs) assert.ok(job.succeeded, job.logs);
      const made = (await manifests()).filter((key) => !before.includes(key));
      assert.equal(made.length, 2, made.join(", "));
      for (const key of made) {
        const drill = await world.drillAfter(key.split("/").at(-2) ?? "");
        assert.ok(drill.succeeded, drill.logs);
      }
    });

    it("a table rewritten while the snapshot is taken is backed up with its rows, not as empty", async () => {
      // The rewrite is under way when the backup begins, and is committed while the backup waits for its lock.
      const rewrite = psql(
        world.cluster,
        World.database,
        `begin; create temp table kept as table torture.event_notes; truncate torture.event_notes;
        insert into torture.event_notes table kept; select pg_sleep(12); commit`,
      );
      const [backup] = await Promise.all([sleep(2000).then(() => world.backUp("rewritten")), rewrite]);
      assert.ok(backup.succeeded, backup.logs);
      const store = await world.store();
      const manifest = await store.newest(world.target);
      const facts = factsSchema.parse(JSON.parse((await store.read(manifest.artifacts.facts.key)).toString()));
      assert.equal(facts.sections.rows["torture.event_notes"], "50");
      const drill = await world.drillAfter(manifest.id);
      assert.ok(drill.succeeded, drill.logs);
    });
  });

  describe("in what is restored", () => {
    /** Drills `id`; the drill must fail, say so in signed evidence, and give the failed checks. */
    async function failingDrill(
      id: string | undefined,
      name: string,
      change?: (spec: JobSpec) => void,
    ): Promise<{ failed: CheckResult[]; text: string }> {
      const job = await world.drill(id, name, change);
      assert.equal(job.succeeded, false, `the drill should have failed:\n${job.logs}`);
      const evidence = await world.evidence();
      assert.equal(evidence.passed, false);
      assert.ok(evidence.failures.length > 0);
      if (id && evidence.backup) assert.equal(evidence.backup.id, id);
      const failed = evidence.checks.filter((check) => !check.passed);
      for (const check of failed) assert.notEqual(check.expected, check.actual);
      return {
        failed,
        text: [...evidence.failures, ...failed.map((c) => `${c.id}: expected ${c.expected}, found ${c.actual}`)].join(
          "\n",
        ),
      };
    }
    const one = (failed: CheckResult[], id: string) => {
      const check = failed.find((c) => c.id === id);
      assert.ok(check, `${id} should have failed; failed: ${failed.map((c) => c.id).join(", ")}`);
      return check;
    };

    it("object corrupted: one byte changed", async () => {
      const store = await world.store();
      const forged = await store.forge(good, {});
      const content = await store.read(forged.artifacts.database.key);
      content[Math.floor(content.length / 2)] = (content[Math.floor(content.length / 2)] as number) ^ 1;
      await store.write(forged.artifacts.database.key, content);
      const { text } = await failingDrill(forged.id, "corrupted");
      assert.match(text, /artifact/);
      assert.match(text, new RegExp(forged.artifacts.database.sha256.slice(0, 12)));
    });

    it("object truncated", async () => {
      const store = await world.store();
      const forged = await store.forge(good, {});
      const content = await store.read(forged.artifacts.database.key);
      await store.write(forged.artifacts.database.key, content.subarray(0, content.length - 1000));
      const { text } = await failingDrill(forged.id, "truncated");
      assert.match(text, /artifact/);
    });

    it("manifest missing", async () => {
      const store = await world.store();
      const forged = await store.forge(good, {});
      await store.remove(layout.backup("", world.target, forged.id) + MANIFEST);
      const { text } = await failingDrill(forged.id, "manifest");
      assert.match(text, /manifest/);
      assert.match(text, new RegExp(forged.id));
    });

    it("a role missing in the backup", async () => {
      const forged = await (await world.store()).forge(good, {
        roles: (script) =>
          Buffer.from(
            script
              .toString()
              .split("\n")
              .filter((line) => !/torture_reader/.test(line))
              .join("\n"),
          ),
      });
      const { text } = await failingDrill(forged.id, "role");
      assert.match(text, /torture_reader/);
    });

    it("a grant lost", async () => {
      const database = await dumpOf(world, {
        change: "revoke insert on torture.customers from torture_app",
        undo: "set role torture_owner; grant insert on torture.customers to torture_app",
      });
      const forged = await (await world.store()).forge(good, { database: () => database });
      const { failed } = await failingDrill(forged.id, "grant");
      const check = one(failed, "access.grants");
      assert.match(check.actual, /torture\.customers/);
      assert.match(check.actual, /torture_app/);
    });

    it("a table emptied between", async () => {
      const database = await dumpOf(world, { options: ["--exclude-table-data=torture.event_notes"] });
      const forged = await (await world.store()).forge(good, { database: () => database });
      const { failed } = await failingDrill(forged.id, "emptied");
      assert.match(one(failed, "rows.rows").actual, /torture\.event_notes \(expected 50, found 0\)/);
    });

    it("an extension missing in the restore image", async () => {
      const { text } = await failingDrill(good.id, "extension", (spec) => {
        const server = spec.template.spec.initContainers?.find((container) => container.name === "server");
        if (server) server.image = readImages().postgresNoCitext as string;
      });
      assert.match(text, /citext/);
    });

    it("wrong credentials for the store", async () => {
      const { endpoint, bucket, region, reader } = world.s3;
      const wrong = {
        ACCESS_KEY_ID: reader.accessKeyId,
        ACCESS_SECRET_KEY: "not-the-secret",
        BUCKET: bucket,
        ENDPOINT: endpoint,
        REGION: region,
      };
      await world.secret("e2e-wrong-store", wrong, World.drillNamespace);
      const { text } = await failingDrill(undefined, "store-key", (spec) =>
        useSecret(spec, "storage", "e2e-wrong-store"),
      );
      assert.match(text, /(key|credential|signature|access)/i);
      assert.doesNotMatch(text, /not-the-secret/);
    });

    it("a clock that is two hours ahead, by which no evidence is signed", async () => {
      const before = await world.envelope();
      const job = await world.drill(good.id, "clock", (spec) => setClock(spec, "signer", 2));
      assert.equal(job.succeeded, false, job.logs);
      assert.match(job.logs, /a clock is wrong: .*(2h( \d+s)?|1h 59m) ahead of the clock of the storage/);
      assert.equal(await world.envelope(), before);
    });

    it("leaves nothing running behind, and a good backup drills green again afterwards", async () => {
      const job = await world.drill(good.id, "again");
      assert.ok(job.succeeded, job.logs);
      assert.equal((await world.evidence()).passed, true);
    });
  });
});

/** Makes the agent see a time that is `hours` ahead. */
function setClock(spec: JobSpec, container: string, hours: number): void {
  const later = `D.now()+${hours * 3_600_000}`;
  const script = `const D=Date;globalThis.Date=class extends D{constructor(...a){if(a.length)super(...a);else super(${later})}static now(){return ${later}}}`;
  setVariable(spec, container, "NODE_OPTIONS", `--import=data:text/javascript,${encodeURIComponent(script)}`);
}
