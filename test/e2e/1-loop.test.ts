import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKLIST_POINTS } from "../../model/checklist";
import { PREDICATE_TYPE } from "../../model/evidence";
import { newestEvidence } from "../../scripts/loop/rounds";
import { psql } from "../../scripts/loop/sample";
import { cosign } from "./support/cosign";
import { World } from "./support/world";

/** What `make up` leaves behind: `make test-e2e` has just run it. */
describe("make up", () => {
  let world: World;
  before(async () => {
    world = await World.open();
  });

  it("runs three instances with a synchronous quorum", async () => {
    const rows = await psql(
      world.cluster,
      "postgres",
      "select count(*), bool_and(sync_state = 'quorum') from pg_stat_replication",
    );
    assert.equal(rows.trim(), "2|t");
  });

  it("loads a production application's schema, owned and granted as declared", async () => {
    const sql = `select count(*) > 150, bool_and(tableowner = 'zabbix_owner'),
      bool_and(has_table_privilege('zabbix_app', quote_ident(tablename), 'INSERT')),
      bool_or(has_table_privilege('zabbix_report', quote_ident(tablename), 'INSERT')),
      bool_and(has_table_privilege('zabbix_report', quote_ident(tablename), 'SELECT'))
      from pg_tables where schemaname = 'public'`;
    assert.equal((await psql(world.cluster, "zabbix", sql)).trim(), "t|t|t|f|t");
  });

  it("drills every database, with evidence that covers the whole checklist", async () => {
    assert.deepEqual(world.outputs.databases.map(({ database }) => database).sort(), ["bench", "zabbix"]);
    for (const database of world.outputs.databases) {
      const evidence = await newestEvidence(world.local, database);
      assert.ok(evidence, `no evidence for ${database.database}`);
      const { predicate } = evidence;
      assert.equal(predicate.passed, true, predicate.failures.join("\n"));
      assert.deepEqual(predicate.failures, []);
      assert.ok(predicate.contents.rows > 1000 && predicate.contents.tables > 3);
      for (const point of CHECKLIST_POINTS) {
        const checks = predicate.checks.filter((check) => check.point === point);
        assert.ok(checks.length > 0 && checks.every((check) => check.passed), `${database.database}: ${point}`);
      }
      assert.ok(predicate.measured.rtoSeconds > 0 && predicate.measured.rtoSeconds < predicate.objectives.rtoSeconds);
      assert.ok(predicate.measured.rpoSeconds >= 0 && predicate.measured.rpoSeconds < predicate.objectives.rpoSeconds);
    }
  });

  it("keeps the evidence in the store, too, the same to the letter", async () => {
    const [database] = world.outputs.databases;
    assert.ok(database);
    const evidence = await newestEvidence(world.local, database);
    const { target, backup, drill } = evidence?.predicate ?? {};
    const store = await world.store();
    const key = `evidence/${target?.namespace}/${target?.cluster}/${target?.database}/${backup?.id}/${drill?.id}.dsse.json`;
    assert.deepEqual(JSON.parse((await store.read(key)).toString()), JSON.parse(evidence?.envelope ?? ""));
  });

  it("signs what Debian's cosign verifies for the artifact, and refuses for another", async () => {
    const [database] = world.outputs.databases;
    assert.ok(database);
    const evidence = await newestEvidence(world.local, database);
    assert.ok(evidence);
    const store = await world.store();
    const manifest = await store.manifest(evidence.predicate.target, evidence.predicate.backup?.id ?? "");
    const file = (name: string, content: string | Buffer) => {
      const path = join(world.folder, name);
      writeFileSync(path, content);
      return path;
    };
    const artifact = file("database.dump", await store.read(manifest.artifacts.database.key));
    const other = file("other.dump", Buffer.concat([readFileSync(artifact), Buffer.from("x")]));
    const options = [
      "--key",
      file("public.pem", world.local.publicKey()),
      "--insecure-ignore-tlog",
      "--type",
      PREDICATE_TYPE,
    ];
    const signature = ["--signature", file("evidence.json", evidence.envelope)];
    const verify = async (path: string) =>
      spawnSync(await cosign(), ["verify-blob-attestation", ...options, ...signature, path], { encoding: "utf8" });
    const good = await verify(artifact);
    assert.equal(good.status, 0, good.stderr);
    assert.match(good.stderr, /Verified OK/);
    const bad = await verify(other);
    assert.notEqual(bad.status, 0);
    assert.match(bad.stderr, /no matching subject digest found/);
  });

  it("changes nothing when it is run again, and says so", () => {
    const script = join(__dirname, "..", "..", "scripts", "up.ts");
    // As `make up` is called: the lab's KUBECONFIG would make it take the lab for a cluster of one's own.
    const { KUBECONFIG: _, RESTORABLE_LAB: __, ...env } = process.env;
    const output = execFileSync(process.execPath, ["--import", "tsx", script], { encoding: "utf8", env });
    assert.match(output, /the lab is up, nothing changed/);
    assert.match(output, /Nothing changed \(.*\): the stack is as declared, the data is loaded/);
  });
});
