import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Artifacts } from "../../../../agent/drill/artifacts";
import { describeRestored, type Restored, restoreDatabase } from "../../../../agent/drill/restore";
import { orderedTables, partsOf, viewsNeedOrder } from "../../../../agent/drill/restore-order";
import { viewsLast } from "../../../../agent/drill/restore-sections";
import { startOptions } from "../../../../agent/postgres/session-settings";
import type { Manifest } from "../../../../model/manifest";
import { withLocalServer } from "../../postgres/local-server";
import { manifest } from "../jobs";

/** PL/pgSQL, so that PostgreSQL knows nothing of what it reads. */
const reader = (name: string, table: string) =>
  `CREATE FUNCTION ${name}(x int) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RETURN EXISTS (SELECT FROM public.${table} WHERE k >= x); END$$`;
/** Large enough that a second process is not done with it before the first has begun with the other. */
const LIMITS = (name: string) => [
  `CREATE TABLE ${name}(k int PRIMARY KEY, filler text)`,
  `INSERT INTO ${name} SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i`,
];
const FIFTY = "SELECT i FROM generate_series(1, 50) i";

describe("a restore by several processes", function () {
  this.timeout(120_000);
  const local = withLocalServer();
  const path = process.env.PATH;
  let folder: string;

  before(async () => {
    process.env.PATH = local.server.path;
    folder = await mkdtemp(join(tmpdir(), "restore-order-"));
    local.server.sql("postgres", "CREATE ROLE app LOGIN");
  });
  after(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true, force: true });
  });

  /** Makes a database of these statements, dumps it as a backup does, and restores it in its own place. */
  async function restored(statements: string[], change: string[] = []): Promise<Restored> {
    const { server } = local;
    server.sql("template1", "DROP DATABASE IF EXISTS shop WITH (FORCE)", "CREATE DATABASE shop");
    server.sql("shop", ...statements);
    // Through a pipe: the archive then has no offsets, as one that was streamed to a store.
    const dump = execFileSync("pg_dump", ["-Fc", "-h", server.socket, "-U", "postgres", "shop"], {
      env: { ...process.env, PGOPTIONS: `${startOptions("dump", server.major)} -c role=none` },
      maxBuffer: 2 ** 28,
    });
    server.sql("template1", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shop'", ...change);
    const file = join(folder, "database.dump");
    writeFileSync(file, dump);
    const sections = { owners: {}, schemas: { public: "" } } as unknown as Artifacts["facts"]["sections"];
    const artifacts = { dump: file, facts: { sections } as Artifacts["facts"] };
    const here: Manifest = { ...manifest, server: { ...manifest.server, major: server.major } };
    return restoreDatabase(artifacts, here, { jobs: 2 }, AbortSignal.timeout(110_000), server.socket);
  }

  const count = async (table: string) => {
    const client = await local.server.connect("shop");
    const { rows } = await client.query(`SELECT count(*)::int AS n FROM ${table}`).finally(() => client.end());
    return (rows[0] as { n: number }).n;
  };

  /** What loads `a_orders` and reads `z_limits`, which comes later: no single process can restore it. */
  const HIDDEN: Record<string, string[]> = {
    "a CHECK": ["CREATE TABLE a_orders(v int CHECK (within(v)))"],
    "a CHECK of a partitioned table": [
      "CREATE TABLE a_root(v int CHECK (within(v))) PARTITION BY RANGE (v)",
      "CREATE TABLE a_orders PARTITION OF a_root FOR VALUES FROM (0) TO (100)",
    ],
    "a domain": ["CREATE DOMAIN d AS int CHECK (within(VALUE))", "CREATE TABLE a_orders(v d)"],
    "a domain over a domain": [
      "CREATE DOMAIN inner_d AS int CHECK (within(VALUE)); CREATE DOMAIN d AS inner_d",
      "CREATE TABLE a_orders(v d)",
    ],
    "an array of a composite type with a domain": [
      "CREATE DOMAIN d AS int CHECK (within(VALUE)); CREATE TYPE pair AS (a int, b d)",
      "CREATE TABLE a_orders(v int, p pair[])",
      "ALTER TABLE a_orders ALTER p SET DEFAULT array[(1, 2)::pair]",
    ],
    "a generated column": [
      "CREATE FUNCTION must(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$BEGIN IF NOT public.within(x) THEN RAISE 'no'; END IF; RETURN x; END$$",
      "CREATE TABLE a_orders(v int, g int GENERATED ALWAYS AS (must(v)) STORED)",
    ],
    "an operator of the users' own": [
      "CREATE FUNCTION eq(a int, b box) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RETURN public.within(a); END$$",
      "CREATE OPERATOR === (LEFTARG = int, RIGHTARG = box, FUNCTION = eq)",
      "CREATE TABLE a_orders(v int CHECK (v OPERATOR(public.===) '((0,0),(1,1))'::box))",
    ],
  };

  for (const [what, statements] of Object.entries(HIDDEN)) {
    it(`keeps to the order where ${what} calls a function of the source's own`, async () => {
      const { server } = local;
      server.sql("template1", "DROP DATABASE IF EXISTS shop WITH (FORCE)", "CREATE DATABASE shop");
      server.sql("shop", reader("within", "z_limits"), ...statements, "CREATE TABLE plain(a int CHECK (a > 0))");
      const client = await server.connect("shop");
      const found = await orderedTables(client).finally(() => client.end());
      const wanted = what.includes("partitioned") ? ["a_orders", "a_root"] : ["a_orders"];
      assert.deepEqual(
        found.map(({ name }) => name),
        wanted,
      );
    });
  }

  it("does not pass by luck where a CHECK reads a table that comes later: one process can never restore it", async () => {
    const all = [
      ...LIMITS("z_limits"),
      reader("within", "z_limits"),
      ...(HIDDEN["a CHECK"] ?? []),
      `INSERT INTO a_orders ${FIFTY}`,
    ];
    await assert.rejects(restored(all), /pg_restore could not restore .*violates check constraint/);
  });

  it("does not fail where a CHECK reads a table that comes before, and says that it kept to the order", async () => {
    const before = [
      ...LIMITS("a_limits"),
      reader("within", "a_limits"),
      "CREATE TABLE z_orders(v int CHECK (within(v)))",
    ];
    const done = await restored([...before, `INSERT INTO z_orders ${FIFTY}`, "CREATE TABLE zz(a int)"]);
    assert.deepEqual(done, { processes: 2, inOrder: 1 });
    assert.equal(describeRestored(done, 2), "pg_restore with 2 jobs, 1 part in the archive's order");
    assert.deepEqual([await count("z_orders"), await count("a_limits")], [50, 5000]);
  });

  it("keeps to no order where nothing calls code of the source's own", async () => {
    const plain = [
      "CREATE DOMAIN d AS text CHECK (VALUE ~ '@')",
      "CREATE TABLE t(a int CHECK (a > 0), b d DEFAULT 'a@b', g int GENERATED ALWAYS AS (a * 2) STORED)",
    ];
    assert.deepEqual(await restored([...plain, `INSERT INTO t ${FIFTY}`]), { processes: 2, inOrder: 0 });
    assert.equal(await count("t"), 50);
  });

  it("restores rows that a constraint which is not valid would refuse", async () => {
    const all = [
      "CREATE DOMAIN d AS int",
      "CREATE TABLE t(a d)",
      `INSERT INTO t SELECT -i FROM generate_series(1, 20) i`,
    ];
    const invalid = [
      "ALTER DOMAIN d ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID",
      "ALTER TABLE t ADD CHECK (a > 0) NOT VALID",
    ];
    assert.equal((await restored([...all, ...invalid])).alone, undefined);
    assert.equal(await count("t"), 20);
  });

  it("fills materialized views in their order where a function may read another one, also by way of a view", async () => {
    const { server } = local;
    server.sql("template1", "DROP DATABASE IF EXISTS shop WITH (FORCE)", "CREATE DATABASE shop");
    server.sql("shop", "CREATE TABLE t(k int)", "CREATE MATERIALIZED VIEW z_view AS SELECT max(k) AS k FROM t");
    const client = await server.connect("shop");
    const without = await viewsNeedOrder(client);
    server.sql(
      "shop",
      "CREATE FUNCTION highest() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT k FROM public.z_view); END$$",
      "CREATE VIEW between_them AS SELECT highest() AS h; CREATE MATERIALIZED VIEW a_view AS SELECT * FROM between_them",
    );
    assert.deepEqual([without, await viewsNeedOrder(client).finally(() => client.end())], [false, true]);
    const list =
      "1; 0 1 MATERIALIZED VIEW DATA public a app\n2; 0 2 INDEX public i app\n3; 0 3 MATERIALIZED VIEW DATA public b app";
    assert.deepEqual(viewsLast(list), [
      { entries: ["2;"], ordered: false },
      { entries: ["1;", "3;"], ordered: true },
    ]);
  });

  it("that one process had to do alone is told as that", () => {
    const said = describeRestored({ processes: 1, inOrder: 0, alone: "pg_restore: error: x" }, 4);
    assert.equal(said, "pg_restore with 1 job; restores with --jobs=1 only: 4 jobs failed, pg_restore: error: x");
  });

  it("goes on whatever the restored database and all roles are told to set, and sets it", async () => {
    const settings = {
      default_transaction_read_only: "on",
      default_transaction_isolation: "serializable",
      statement_timeout: "1ms",
      lock_timeout: "1ms",
      idle_in_transaction_session_timeout: "1ms",
      array_nulls: "off",
      transform_null_equals: "on",
      quote_all_identifiers: "on",
      default_tablespace: "gone",
      temp_file_limit: "64kB",
      search_path: "nowhere",
      role: "app",
      session_replication_role: "replica",
      exit_on_error: "on",
      client_min_messages: "error",
    };
    const sets = Object.entries(settings).map(([name, value]) => `ALTER DATABASE shop SET ${name} = '${value}'`);
    const all = [
      "CREATE TABLE t(a int[], b int DEFAULT NULLIF(1, 1) CHECK (b = NULL))",
      "INSERT INTO t VALUES ('{1,NULL}')",
      ...LIMITS("l"),
    ];
    const forAll = Object.entries(settings).filter(([name]) => name !== "role");
    const everyRole = forAll.map(([name, value]) => `ALTER ROLE ALL SET ${name} = '${value}'`);
    try {
      await restored([...all, ...sets], everyRole);
    } finally {
      local.server.sql("template1", "SET default_transaction_read_only = off", "ALTER ROLE ALL RESET ALL");
    }
    const client = await local.server.connect("template1");
    const { rows } = await client.query(
      "SELECT unnest(setconfig) AS one FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = 'shop'",
    );
    await client.end();
    assert.equal(rows.length, Object.keys(settings).length);
    const copy = await local.server.connect("shop", "postgres", {
      options: "-c role=none -c statement_timeout=0 -c quote_all_identifiers=off",
    });
    const found = await copy.query(
      "SELECT a[2] IS NULL AS empty, pg_get_constraintdef(k.oid) AS def FROM public.t, pg_constraint k WHERE conrelid = 'public.t'::regclass",
    );
    await copy.end();
    assert.deepEqual(found.rows, [{ empty: true, def: "CHECK ((b = NULL::integer))" }]);
  });
});

describe("an archive's data", () => {
  const line = (id: number, entry: string) => `${id}; 0 ${id} ${entry}`;
  const list = [
    "; header",
    line(1, "TABLE DATA public a app"),
    line(2, "TABLE DATA public b c app"),
    line(3, "SEQUENCE SET public s app"),
    line(4, "BLOBS - BLOBS "),
  ].join("\n");

  it("is restored in one part where nothing needs an order", () => {
    assert.deepEqual(partsOf(list, []), [{ entries: ["1;", "2;", "3;", "4;"], ordered: false }]);
  });

  it("has what needs one in its own place", () => {
    assert.deepEqual(partsOf(list, [{ schema: "public", name: "b c", owner: "app" }]), [
      { entries: ["1;"], ordered: false },
      { entries: ["2;"], ordered: true },
      { entries: ["3;", "4;"], ordered: false },
    ]);
  });

  it("is read through a few times at most: beyond that one process restores all", () => {
    const lines = Array.from({ length: 40 }, (_, i) => line(i, `TABLE DATA public t${i} app`));
    const even = Array.from({ length: 20 }, (_, i) => ({ schema: "public", name: `t${i * 2}`, owner: "app" }));
    const parts = partsOf(lines.join("\n"), even);
    assert.deepEqual(parts, [{ entries: lines.map((_, i) => `${i};`), ordered: true }]);
  });
});
