import assert from "node:assert/strict";
import type { Client } from "pg";
import { type Contents, readContents } from "../../../agent/facts/contents";
import { digestExtensionRows } from "../../../agent/facts/extension-rows";
import { digestMaterializedViews } from "../../../agent/facts/materialized-views";
import { EVERYTHING } from "../../../model/share";
import { withLocalServer } from "../postgres/local-server";

/** Tables of every kind, and what makes their rows hard to tell apart. */
const SAMPLE = `
  CREATE TABLE keyless(host int, body text);
  INSERT INTO keyless SELECT i, md5(i::text) FROM generate_series(1, 5000) i;
  CREATE TABLE keyed(id int PRIMARY KEY, a text, b text, n numeric, j jsonb, t timestamptz);
  INSERT INTO keyed SELECT i, 'a' || i, 'b' || i, i / 7.0, jsonb_build_object('i', i), '2026-01-01'::timestamptz + i * interval '1 h'
    FROM generate_series(1, 2000) i;
  CREATE TABLE nulls(a text, b text); INSERT INTO nulls VALUES (NULL, ''), ('', NULL), (NULL, NULL);
  CREATE TYPE pair AS (x int, y int);
  CREATE TABLE composites(p pair); INSERT INTO composites VALUES (NULL), (ROW(1, 2));
  CREATE TABLE no_columns(); INSERT INTO no_columns SELECT FROM generate_series(1, 3);
  CREATE TABLE no_rows(a int);
  CREATE TABLE dropped(a int, gone text, b int GENERATED ALWAYS AS (a * 2) STORED); ALTER TABLE dropped DROP gone; INSERT INTO dropped VALUES (1);
  CREATE TABLE parent(a int); CREATE TABLE child(z text) INHERITS (parent); ALTER TABLE parent ADD b int;
  INSERT INTO child VALUES (1, 'z', 2); INSERT INTO parent VALUES (1, 2);
  CREATE COLLATION caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE names(name text COLLATE caseless PRIMARY KEY); INSERT INTO names VALUES ('Ada'), ('Bob');
  CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  CREATE TABLE t(id int, m mood, PRIMARY KEY (id, m)) PARTITION BY LIST (id);
  CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1, 2, 3) PARTITION BY HASH (m);
  CREATE TABLE t1a PARTITION OF t1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE t1b PARTITION OF t1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE TABLE t2 PARTITION OF t DEFAULT;
  INSERT INTO t SELECT i % 6, m FROM generate_series(1, 6) i, unnest(enum_range(NULL::mood)) m;
  CREATE TABLE "Odd ""name""; /* */"("a'b" int, "Ünï" text); INSERT INTO "Odd ""name""; /* */" VALUES (1, E'x\\ty\\\\');
  SELECT lo_from_bytea(0, decode(repeat('ab', 3000000), 'hex')), lo_from_bytea(0, ''), lo_from_bytea(0, 'x');
  DO $$ BEGIN EXECUTE 'CREATE TABLE wide(' || (SELECT string_agg('c' || i || ' int', ', ') FROM generate_series(1, 1500) i) || ')'; END $$;
  INSERT INTO wide(c1, c777, c1500) VALUES (1, 2, 3);
`;

describe("the digest of contents", function () {
  this.timeout(120_000);
  const local = withLocalServer({ autovacuum: "off" });
  let source: Client;
  let recorded: Contents;
  const clients: Client[] = [];
  /** A new database, and a session of the agent in it, which is ended with the tests. */
  async function made(name: string, sql: string, options = ""): Promise<Client> {
    local.server.database(name, sql, options);
    return opened(name);
  }
  async function opened(name: string, user?: string): Promise<Client> {
    const client = await local.server.agent(name, user);
    clients.push(client);
    return client;
  }
  before(async () => {
    source = await made("source", SAMPLE);
    recorded = await readContents(source, EVERYTHING);
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  });

  /** What is different once `sql` has run, of which nothing stays. */
  const changedBy = async (sql: string, share = EVERYTHING, was = recorded) => {
    await source.query("BEGIN");
    try {
      await source.query(sql);
      const { rows, contents } = await readContents(source, share);
      const changed = (a: Record<string, string>, b: Record<string, string>) =>
        [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort();
      return { rows: changed(was.rows, rows), contents: changed(was.contents, contents) };
    } finally {
      await source.query("ROLLBACK");
    }
  };

  const FOUND: [string, string, { rows: string[]; contents: string[] }][] = [
    [
      "one changed byte in the middle of a table without a key",
      "UPDATE public.keyless SET body = overlay(body PLACING '!' FROM 16) WHERE host = 2500",
      { rows: [], contents: ["public.keyless"] },
    ],
    [
      "one lost row",
      "DELETE FROM public.keyless WHERE host = 2500",
      { rows: ["public.keyless"], contents: ["public.keyless"] },
    ],
    [
      "a row that is there twice, for one that is lost",
      "UPDATE public.keyless k SET (host, body) = (SELECT host, body FROM public.keyless o WHERE o.host = 1) WHERE k.host = 2",
      { rows: [], contents: ["public.keyless"] },
    ],
    [
      "a duplicated row",
      "INSERT INTO public.keyless SELECT * FROM public.keyless WHERE host = 7",
      { rows: ["public.keyless"], contents: ["public.keyless"] },
    ],
    [
      "two columns of a row that have changed places",
      "UPDATE public.keyed SET (a, b) = (b, a) WHERE id = 1000",
      { rows: [], contents: ["public.keyed"] },
    ],
    [
      "a column of two rows that has changed places",
      "UPDATE public.keyed SET a = CASE id WHEN 10 THEN 'a11' ELSE 'a10' END WHERE id IN (10, 11)",
      { rows: [], contents: ["public.keyed"] },
    ],
    [
      "the boundary between two columns",
      "UPDATE public.keyed SET a = 'a1000b', b = '1000' WHERE id = 1000",
      { rows: [], contents: ["public.keyed"] },
    ],
    [
      "the scale of a number",
      "UPDATE public.keyed SET n = 1.00 WHERE id = 7",
      { rows: [], contents: ["public.keyed"] },
    ],
    [
      "NULL for an empty text",
      "UPDATE public.nulls SET b = NULL WHERE b = ''",
      { rows: [], contents: ["public.nulls"] },
    ],
    [
      "a composite value of nulls for NULL",
      "UPDATE public.composites SET p = ROW(NULL, NULL)::public.pair WHERE p IS NULL",
      { rows: [], contents: ["public.composites"] },
    ],
    [
      "upper case, where the collation sees none",
      "UPDATE public.names SET name = 'ada' WHERE name = 'Ada'",
      { rows: [], contents: ["public.names"] },
    ],
    ["the last of 1500 columns", "UPDATE public.wide SET c1500 = 4", { rows: [], contents: ["public.wide"] }],
    [
      "a row without columns that is lost",
      "DELETE FROM public.no_columns WHERE ctid = (SELECT max(ctid) FROM public.no_columns)",
      { rows: ["public.no_columns"], contents: ["public.no_columns"] },
    ],
    [
      "a row that is lost of a table whose leaves are counted together",
      "DELETE FROM public.t WHERE id = 1 AND m = 'c'",
      { rows: ["public.t1"], contents: ["public.t1"] },
    ],
    [
      "a byte of a large object beyond its second MiB",
      "SELECT lo_put(oid, 2500000, 'x') FROM pg_largeobject_metadata ORDER BY oid LIMIT 1",
      { rows: [], contents: ["large objects"] },
    ],
    [
      "a large object that is one byte longer",
      "SELECT lo_put(max(oid), 1, 'x') FROM pg_largeobject_metadata",
      { rows: [], contents: ["large objects"] },
    ],
    [
      "a large object that is lost",
      "SELECT lo_unlink(max(oid)) FROM pg_largeobject_metadata",
      { rows: [], contents: ["large objects"] },
    ],
  ];
  for (const [what, sql, expected] of FOUND)
    it(`finds ${what}`, async () => assert.deepEqual(await changedBy(sql), expected));

  it("knows no order of rows", async () => {
    const sql =
      "CREATE TEMP TABLE k AS SELECT * FROM public.keyless; DELETE FROM public.keyless; INSERT INTO public.keyless SELECT * FROM k ORDER BY host DESC";
    assert.deepEqual(await changedBy(sql), { rows: [], contents: [] });
  });

  it("is the same of what pg_dump and pg_restore have made, with rows in other leaves and columns in another order", async () => {
    const { server } = local;
    const dump = `${server.socket}/source.dump`;
    server.run("pg_dump", ["-Fc", `--file=${dump}`, "source"]);
    server.run("createdb", ["--template=template0", "restored"]);
    server.run("pg_restore", ["--exit-on-error", "--dbname=restored", dump]);
    const restored = await opened("restored");
    const { rows, contents, compared } = await readContents(restored, EVERYTHING);
    assert.deepEqual({ rows, contents, compared }, recorded);
    assert.deepEqual([rows["public.t1"], rows["public.t2"], rows["public.t1a"]], ["24", "24", undefined]);
    assert.equal(compared.largeObjects, 3);
  });

  it("is the same by parallel workers, in a snapshot, and of other encodings and settings of the database", async () => {
    await source.query(
      "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0",
    );
    await source.query("SET force_parallel_mode = on").catch(() => source.query("SET debug_parallel_query = on"));
    try {
      assert.deepEqual(await readContents(source, EVERYTHING), recorded);
    } finally {
      await source.query("RESET ALL");
      source = await opened("source");
    }
    await source.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const inSnapshot = await readContents(source, EVERYTHING);
    await source.query("ROLLBACK");
    assert.deepEqual(inSnapshot, recorded);
    for (const encoding of ["LATIN1", "SQL_ASCII"]) {
      const sql = "CREATE TABLE b(t text); INSERT INTO b VALUES (convert_from('\\xe4f6', getdatabaseencoding()))";
      const other = await made(encoding, sql, `ENCODING '${encoding}' LOCALE 'C'`);
      assert.equal((await readContents(other, EVERYTHING)).rows["public.b"], "1");
    }
  });

  it("comes to every row within as many parts, and to each in one of them", async () => {
    const parts = 5;
    let rows = 0;
    let objects = 0;
    const found: number[] = [];
    for (let part = 0; part < parts; part++) {
      const share = { parts, part };
      const was = await readContents(source, share);
      assert.deepEqual(was.rows, recorded.rows);
      rows += was.compared.rows;
      objects += was.compared.largeObjects;
      const changed = await changedBy("UPDATE public.keyed SET a = 'other' WHERE id = 1000", share, was);
      if (changed.contents.includes("public.keyed")) found.push(part);
    }
    assert.deepEqual([rows, objects], [recorded.compared.rows, recorded.compared.largeObjects]);
    assert.equal(found.length, 1);
  });

  it("cannot be stood in the way of by users' casts, operators and functions, not even in pg_catalog", async () => {
    const sql = `
      CREATE TABLE keyed(id int PRIMARY KEY, a text); INSERT INTO keyed SELECT i, 'a' FROM generate_series(1, 10) i;
      SELECT lo_from_bytea(0, 'x');`;
    const plain = await made("plain", sql);
    const meddling = await made("meddling", sql);
    await meddling.query(`
      CREATE FUNCTION public.lie(int) RETURNS text LANGUAGE sql AS $$SELECT 'lie'$$;
      CREATE CAST (integer AS text) WITH FUNCTION public.lie(int) AS IMPLICIT;
      CREATE FUNCTION public.concat(int) RETURNS text LANGUAGE sql AS $$SELECT 'lie'$$;
      CREATE FUNCTION public.joined(text, int) RETURNS text LANGUAGE sql AS $$SELECT 'lie'$$;
      CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = int, FUNCTION = public.joined);
      SET allow_system_table_mods = on;
      CREATE FUNCTION pg_catalog.count(text) RETURNS int8 LANGUAGE sql AS $$SELECT 0::int8$$;
      RESET allow_system_table_mods`);
    const share = { parts: 2, part: 1 };
    assert.deepEqual(
      (await readContents(meddling, share)).contents["public.keyed"],
      (await readContents(plain, share)).contents["public.keyed"],
    );
    assert.match((await readContents(meddling, EVERYTHING)).contents["large objects"] ?? "", /^[0-9a-f]{32}$/);
  });

  it("names the table whose own type cannot print a value, and not the value; other tables of the batch are read", async () => {
    const broken = await made(
      "broken",
      "CREATE TABLE fine(a int); CREATE TABLE sick(a int, b regclass); INSERT INTO sick VALUES (1, 'fine')",
    );
    // What a type's output function raises comes out of the same place as a column that may not be read.
    await broken.query(
      "CREATE ROLE reader LOGIN; GRANT SELECT ON public.fine TO reader; GRANT USAGE ON SCHEMA public TO reader",
    );
    const reader = await opened("broken", "reader");
    await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await assert.rejects(readContents(reader, EVERYTHING), /public\.sick: permission denied for table sick/);
    assert.equal(reader.getTransactionStatus(), "T");
    await reader.query("ROLLBACK");
  });

  it("reads large objects as a role that is no superuser", async () => {
    const db = await made("objects", "CREATE ROLE writer LOGIN; SET ROLE writer; SELECT lo_from_bytea(0, 'x')");
    const writer = await opened("objects", "writer");
    assert.deepEqual(await readContents(writer, EVERYTHING), await readContents(db, EVERYTHING));
  });
});

describe("the rows of materialized views", function () {
  this.timeout(60_000);
  const local = withLocalServer();

  it("are told, and one that cannot be read is in no backup's way", async () => {
    const { server } = local;
    server.database(
      "views",
      `CREATE TABLE t(a int); INSERT INTO t VALUES (1), (2); CREATE MATERIALIZED VIEW full_view AS SELECT * FROM t;
       CREATE MATERIALIZED VIEW locked AS SELECT * FROM t; CREATE MATERIALIZED VIEW never AS SELECT * FROM t WITH NO DATA;
       CREATE TABLE ext_rows(a int)`,
    );
    const [client, other] = [await server.agent("views"), await server.connect("views")];
    await other.query("BEGIN; REFRESH MATERIALIZED VIEW public.locked");
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const found = await digestMaterializedViews(client);
    assert.match(found["public.full_view"] ?? "", /^2 rows, digest [0-9a-f]{32}$/);
    assert.equal(found["public.locked"], "not read: canceling statement due to lock timeout");
    assert.equal(found["public.never"], "not populated");
    assert.equal((await client.query("SHOW lock_timeout")).rows[0].lock_timeout, "10min");
    assert.deepEqual(await digestExtensionRows(client), {});
    await other.end();
    await client.end();
  });
});
