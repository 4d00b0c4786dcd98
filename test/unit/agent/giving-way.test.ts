import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { takeOnce } from "../../../agent/backup/attempt";
import { GaveWayError, givingWay, pauseBefore } from "../../../agent/backup/giving-way";
import { describeSource } from "../../../agent/backup/source";
import { Unfinished } from "../../../agent/backup/unfinished";
import { Warnings } from "../../../agent/backup/warnings";
import { sequencesBehind } from "../../../agent/drill/compare";
import type { Manifest } from "../../../model/manifest";
import { EVERYTHING } from "../../../model/share";
import { Stages } from "../../../runtime/stages";
import { withLocalServer } from "../postgres/local-server";
import { backupJob, memoryStore } from "./jobs";

const QUICK = { firstPauseMs: 50, longestPauseMs: 400, giveUpAfterMs: 15_000 };

describe("a backup that meets others' locks", function () {
  this.timeout(60_000);
  const local = withLocalServer();
  const path = process.env.PATH;
  let application: Client;
  let reader: Client;
  let said: string[];

  before(async () => {
    process.env.PATH = local.server.path;
    const { server } = local;
    server.database("shop");
    const tables =
      "DO $$ BEGIN FOR i IN 1..150 LOOP EXECUTE format('CREATE TABLE t%s(id int PRIMARY KEY)', i); END LOOP; END $$";
    server.sql("shop", tables, "CREATE TABLE zz_orders(id serial PRIMARY KEY, v text)");
    server.sql("shop", "INSERT INTO zz_orders(v) SELECT 'x' FROM generate_series(1, 100)");
  });
  after(() => {
    process.env.PATH = path;
  });
  beforeEach(async () => {
    said = [];
    application = await local.server.connect("shop", "postgres", { application_name: "migrate" });
    reader = await local.server.connect("shop", "postgres", { application_name: "shop", statement_timeout: 8000 });
  });
  afterEach(() => Promise.all([application.end(), reader.end()]));

  /** What is stored is kept in memory; `slowly` holds the dump's stream open until it is done. */
  async function take(patience = QUICK, slowly?: () => Promise<void>): Promise<{ manifest: Manifest; facts: string }> {
    const { socket } = local.server;
    const store = { ...memoryStore({}), remove: async () => undefined, address: "" };
    const client = await local.server.connect("shop");
    const source = await describeSource(client).finally(() => client.end());
    const say = (line: string) => void said.push(line);
    const stages = new Stages(say);
    const run = { stages, say, signal: new AbortController().signal };
    const upload = async (key: string, body: AsyncIterable<Buffer>) => {
      const chunks: Buffer[] = [];
      for await (const chunk of body) {
        chunks.push(chunk);
        await slowly?.();
      }
      return store.putText(key, Buffer.concat(chunks).toString("latin1"));
    };
    const digests = async (key: string, text: string) => ({
      ...(await store.putText(key, text)),
      sha256: "a".repeat(64),
    });
    const artifacts = {
      upload: async (key: string, body: AsyncIterable<Buffer>) => ({
        ...(await upload(key, body)),
        sha256: "a".repeat(64),
      }),
      putText: digests,
    };
    const id = "20261121T020000Z-0001";
    const address = { host: socket, port: 5432, database: "shop", user: "postgres", password: "" };
    const warnings = new Warnings(say);
    const pace = { everyMs: 250, othersEveryMs: 500, lastingMs: 1000 };
    const taking = {
      job: backupJob,
      run,
      id,
      startedAt: new Date(),
      address,
      store,
      unfinished: new Unfinished(store),
      warnings,
      pace,
    };
    const checked = { source, pgDump: "17.6", previous: undefined, artifacts, share: EVERYTHING };
    const manifest = await givingWay(run, () => takeOnce(taking, checked), patience);
    return { manifest, facts: store.objects[manifest.artifacts.facts.key] ?? "" };
  }

  /** Resolves when a session of the backup holds a lock on `table`. */
  async function locked(table: string): Promise<void> {
    const sql = `SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.relation = '${table}'::regclass AND l.granted AND a.application_name = 'restorable-agent'`;
    while ((await reader.query(sql)).rowCount === 0) await sleep(3);
  }

  const sessionsLeft = async () => {
    const { rows } = await reader.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'restorable-agent'",
    );
    return (rows[0] as { n: number }).n;
  };

  it("does not make the application wait for it: an ALTER TABLE that arrives between its two sessions goes first", async () => {
    const altered = locked("zz_orders").then(() => application.query("ALTER TABLE zz_orders ADD COLUMN w text"));
    const read = locked("zz_orders").then(async () => {
      await sleep(20);
      const began = performance.now();
      await reader.query("SELECT count(*) FROM zz_orders");
      return performance.now() - began;
    });
    // pg_dump comes late, as from a pod that is starved: the ALTER is surely there before it.
    const { manifest } = await take(QUICK);
    await altered;
    assert.ok((await read) < 5000, `the application's read waited ${await read} ms`);
    assert.equal(manifest.contents.rows, 100);
    await application.query("ALTER TABLE zz_orders DROP COLUMN w");
  });

  it("gives everything back while somebody keeps a table locked, and succeeds in a new snapshot", async () => {
    await application.query("BEGIN; LOCK TABLE t7 IN ACCESS EXCLUSIVE MODE");
    const taking = take(QUICK);
    await sleep(2600);
    // Of the tables that it had locked before, none is locked now for longer than a moment.
    await reader.query("BEGIN; SET LOCAL lock_timeout = '4s'; ALTER TABLE t1 ADD COLUMN w text; COMMIT");
    await application.query("COMMIT");
    await taking;
    assert.match(
      said.join("\n"),
      /note: gave all locks back, because public\.t7 is locked, or about to be, by "migrate" of the role postgres; trying again in \d\.\d s/,
    );
    assert.match(said.join("\n"), /↻ snapshot .* broken off, to be tried again/);
  });

  it("ends after a bounded time, names the table and who locked it, and leaves no session behind", async () => {
    await application.query(
      "BEGIN; INSERT INTO zz_orders(v) VALUES ('secret'); LOCK TABLE zz_orders IN ACCESS EXCLUSIVE MODE",
    );
    await assert.rejects(take({ ...QUICK, giveUpAfterMs: 4000 }), (error: Error) => {
      assert.match(
        error.message,
        /^nothing was stored as a backup: it gave way to other sessions' locks \d times? in \d+\.\d s, .* because public\.zz_orders is locked, or about to be, by "migrate" of the role postgres; run it when/,
      );
      assert.doesNotMatch(error.message, /secret|INSERT/);
      return true;
    });
    await application.query("ROLLBACK");
    await sleep(100);
    assert.equal(await sessionsLeft(), 0);
  });

  it("gives way in the middle of its work, too, when it waits itself while others wait for it", async () => {
    // The definition of a view needs a lock on what the view reads, which neither session of the backup holds.
    await application.query(
      "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM zz_orders; CREATE VIEW shown AS SELECT * FROM totals",
    );
    await application.query("BEGIN; LOCK TABLE t9 IN SHARE MODE; REFRESH MATERIALIZED VIEW totals");
    const taking = take(QUICK);
    await locked("t3");
    await sleep(300);
    const began = performance.now();
    await reader.query("ALTER TABLE t3 ADD COLUMN w text");
    assert.ok(performance.now() - began < 6000, "the application waited long");
    await application.query("COMMIT");
    await taking;
    assert.match(
      said.join("\n"),
      /because "shop" of the role postgres waited for a lock on public\.t3 that the backup held, while public\.totals is locked/,
    );
    await application.query("DROP VIEW shown; DROP MATERIALIZED VIEW totals");
  });

  it("waits with patience when nobody waits for it", async () => {
    await application.query(
      "DROP VIEW IF EXISTS shown; DROP MATERIALIZED VIEW IF EXISTS totals; CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM zz_orders; CREATE VIEW shown AS SELECT * FROM totals",
    );
    await application.query("BEGIN; REFRESH MATERIALIZED VIEW totals");
    const taking = take(QUICK);
    await sleep(1500);
    await application.query("COMMIT");
    await taking;
    assert.doesNotMatch(said.join("\n"), /gave all locks back/);
    await application.query("DROP VIEW shown; DROP MATERIALIZED VIEW totals");
  });

  it("says in log and manifest that somebody waited for the dump's locks, and not what that session ran", async () => {
    let waited = false;
    const slowly = async () => {
      if (waited) return;
      waited = true;
      void application.query("ALTER TABLE zz_orders ADD COLUMN hidden_name text");
      await sleep(2000);
    };
    const { manifest } = await take(QUICK, slowly);
    assert.match(
      manifest.warnings?.join() ?? "",
      /^"migrate" of the role postgres waited about \d+\.\d s for a lock on public\.zz_orders, which the backup held/,
    );
    assert.match(said.join("\n"), /note: "migrate" of the role postgres waits for a lock on public\.zz_orders/);
    assert.doesNotMatch(said.join("\n"), /hidden_name/);
  });

  it("records no sequence that was made since its snapshot: the dump does not have it, and a drill would be red", async () => {
    await application.query("BEGIN; LOCK TABLE t150 IN ACCESS EXCLUSIVE MODE");
    const taking = take(QUICK);
    await sleep(1000);
    await reader.query("CREATE TABLE born_meanwhile(id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n serial)");
    await application.query("COMMIT");
    const { facts } = await taking;
    const { sections } = JSON.parse(facts) as { sections: Record<string, Record<string, string>> };
    const known = Object.keys(sections.sequences ?? {});
    const values = sections.sequenceValues ?? {};
    assert.deepEqual(Object.keys(values).sort(), known.sort());
    assert.deepEqual(sequencesBehind(values, values), { missing: [], unexpected: [], changed: [] });
  });
});

describe("the pauses of a backup that gives way", () => {
  it("grow, are never the same twice, and have an end", () => {
    const pauses = [1, 2, 3, 4, 20].map((count) =>
      pauseBefore(count, { firstPauseMs: 100, longestPauseMs: 1000, giveUpAfterMs: 0 }),
    );
    for (const [index, [least, most]] of [
      [50, 150],
      [100, 300],
      [200, 600],
      [400, 1200],
      [500, 1500],
    ].entries()) {
      const pause = pauses[index] as number;
      assert.ok(pause >= (least as number) && pause <= (most as number), `${pause}`);
    }
    assert.notEqual(pauseBefore(1, QUICK), pauseBefore(1, QUICK));
  });

  it("are for giving way alone: another error ends the backup at once", async () => {
    const run = { stages: new Stages(() => undefined), say: () => undefined, signal: new AbortController().signal };
    let attempts = 0;
    await assert.rejects(
      givingWay(
        run,
        async () => {
          attempts++;
          throw attempts === 1 ? new GaveWayError("locked") : new Error("no space");
        },
        QUICK,
      ),
      /^Error: no space$/,
    );
    assert.equal(attempts, 2);
  });
});
