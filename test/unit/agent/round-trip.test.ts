import assert from "node:assert/strict";
import type { Client } from "pg";
import { compareSection, type FactSection, type Facts, isSame } from "../../../model/facts";
import { recordAll } from "../postgres/all-facts";
import { LocalServer } from "../postgres/scratch-server";
import { makeTestDatabase, TEST_DATABASES } from "../postgres/test-databases";

/** What the test databases lack of what a dump and a restore keep. */
const ZOO = `
  CREATE ROLE zoo_app; COMMENT ON ROLE zoo_app IS 'reads';
  ALTER DATABASE zoo CONNECTION LIMIT 17; ALTER DATABASE zoo IS_TEMPLATE true; COMMENT ON DATABASE zoo IS 'of animals';
  COMMENT ON SCHEMA public IS 'ours';
  CREATE TABLE cages (id int PRIMARY KEY, name text NOT NULL, size int CHECK (size > 0)) TABLESPACE zoo_space;
  CREATE INDEX cages_sum ON cages ((id + size), (lower(name))); ALTER INDEX cages_sum ALTER COLUMN 2 SET STATISTICS 77;
  CREATE MATERIALIZED VIEW sizes TABLESPACE zoo_space AS SELECT sum(size) FROM cages;
  CREATE TABLE parents (id int, CONSTRAINT positive CHECK (id > 0)); CREATE TABLE children (extra int) INHERITS (parents);
  CREATE TABLE adopted (id int, CONSTRAINT positive CHECK (id > 0)); ALTER TABLE adopted INHERIT parents;
  CREATE TABLE parted (id int) PARTITION BY RANGE (id); CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9);
  CREATE FUNCTION cmp(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($1, $2)';
  CREATE OPERATOR FAMILY animals USING btree;
  CREATE OPERATOR CLASS tame FOR TYPE int USING btree FAMILY animals AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 cmp(int, int);
  ALTER OPERATOR FAMILY animals USING btree ADD OPERATOR 1 < (int4, int8), FUNCTION 1 btint48cmp(int4, int8);
  CREATE TYPE own; CREATE FUNCTION own_in(cstring) RETURNS own LANGUAGE internal STRICT IMMUTABLE AS 'textin';
  CREATE FUNCTION own_out(own) RETURNS cstring LANGUAGE internal STRICT IMMUTABLE AS 'textout';
  CREATE TYPE own (input = own_in, output = own_out, storage = extended, category = 'X');
  CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, sspace = 64, initcond = '0', mstype = int, msfunc = int4pl, minvfunc = int4mi,
    minitcond = '0', finalfunc_modify = read_only);
  CREATE SCHEMA empty; CREATE PUBLICATION of_schemas FOR TABLES IN SCHEMA empty;
  CREATE EXTENSION hstore; CREATE EXTENSION postgres_fdw;
  CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw; CREATE USER MAPPING FOR zoo_app SERVER remote OPTIONS (user 'u', password 'sesame');
  GRANT USAGE ON TYPE hstore TO zoo_app; REVOKE USAGE ON TYPE hstore FROM PUBLIC; REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
  GRANT USAGE ON SCHEMA pg_catalog TO zoo_app;
  GRANT SELECT (rolname, rolsuper) ON pg_authid TO zoo_app; GRANT EXECUTE ON FUNCTION pg_ls_dir(text) TO zoo_app;
  CREATE UNLOGGED SEQUENCE fast;`;

/** One thing that a restore could get wrong, and where it must show. */
const MUTATIONS: [section: FactSection, sql: string, shown: RegExp][] = [
  ["database", "ALTER DATABASE zoo CONNECTION LIMIT -1", /^connection limit$/],
  ["database", "ALTER DATABASE zoo IS_TEMPLATE false", /^template$/],
  ["database", "COMMENT ON DATABASE zoo IS NULL", /^comment$/],
  ["database", "UPDATE pg_database SET datcollate = 'POSIX' WHERE datname = 'zoo'", /^locale$/],
  ["database", "UPDATE pg_database SET encoding = 0 WHERE datname = 'zoo'", /^encoding$/],
  ["roles", "COMMENT ON ROLE zoo_app IS NULL", /^zoo_app$/],
  ["comments", "COMMENT ON SCHEMA public IS 'standard public schema'", /^schema public$/],
  ["tables", "ALTER TABLE cages SET TABLESPACE pg_default", /^public\.cages$/],
  ["tables", "UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'part'::regclass", /^public\.part$/],
  ["views", "ALTER MATERIALIZED VIEW sizes SET TABLESPACE pg_default", /^public\.sizes$/],
  ["indexes", "ALTER INDEX cages_sum SET TABLESPACE zoo_space", /^public\.cages_sum$/],
  ["indexes", "ALTER INDEX cages_sum ALTER COLUMN 2 SET STATISTICS -1", /^public\.cages_sum$/],
  [
    "columns",
    "UPDATE pg_attribute SET attislocal = false WHERE attrelid = 'adopted'::regclass AND attname = 'id'",
    /^public\.adopted\.id$/,
  ],
  [
    "constraints",
    "UPDATE pg_constraint SET conislocal = false WHERE conrelid = 'adopted'::regclass",
    /^adopted positive$|^public\.adopted positive$/,
  ],
  [
    "types",
    "ALTER OPERATOR FAMILY animals USING btree DROP OPERATOR 1 (int4, int8)",
    /^operator family public\.animals/,
  ],
  [
    "types",
    "ALTER OPERATOR FAMILY animals USING btree DROP FUNCTION 1 (int4, int8)",
    /^operator family public\.animals/,
  ],
  ["types", "UPDATE pg_type SET typstorage = 'p' WHERE typname = 'own'", /^public\.own$/],
  ["types", "UPDATE pg_type SET typalign = 'd' WHERE typname = 'own'", /^public\.own$/],
  ["types", "UPDATE pg_type SET typcategory = 'U' WHERE typname = 'own'", /^public\.own$/],
  ["types", "ALTER USER MAPPING FOR zoo_app SERVER remote OPTIONS (DROP password)", /^user mapping for zoo_app/],
  ["functions", "UPDATE pg_aggregate SET aggtransspace = 0 WHERE aggfnoid = 'total'::regproc", /total/],
  ["functions", "UPDATE pg_aggregate SET aggminvtransfn = 0 WHERE aggfnoid = 'total'::regproc", /total/],
  ["functions", "UPDATE pg_aggregate SET aggfinalmodify = 'w' WHERE aggfnoid = 'total'::regproc", /total/],
  ["publications", "ALTER PUBLICATION of_schemas DROP TABLES IN SCHEMA empty", /^of_schemas$/],
  ["grants", "GRANT USAGE ON TYPE hstore TO PUBLIC", /^type public\.hstore to PUBLIC$/],
  ["grants", "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC", /^language plpgsql to PUBLIC$/],
  ["grants", "REVOKE USAGE ON SCHEMA pg_catalog FROM zoo_app", /^schema pg_catalog to (zoo_app|PUBLIC|postgres)$/],
  [
    "grants",
    "REVOKE SELECT (rolsuper) ON pg_authid FROM zoo_app",
    /^column pg_catalog\.pg_authid\.rolsuper to zoo_app$/,
  ],
  [
    "securityLabels",
    "INSERT INTO pg_seclabel SELECT 'cages'::regclass, 'pg_class'::regclass, 0, 'dummy', 'secret'",
    /^table public\.cages by dummy$/,
  ],
  [
    "securityLabels",
    "INSERT INTO pg_shseclabel SELECT 'zoo_app'::regrole, 'pg_authid'::regclass, 'dummy', 'secret'",
    /^role zoo_app by dummy$/,
  ],
];

describe("the facts of a database", () => {
  let server: LocalServer;
  before(() => {
    server = LocalServer.start({
      allow_system_table_mods: "on",
      allow_in_place_tablespaces: "on",
      max_locks_per_transaction: "256",
    });
    server.sql("postgres", "CREATE TABLESPACE zoo_space LOCATION ''");
  });
  after(() => server.stop());

  const facts = (database: string) => server.session(database, recordAll);
  const differing = (before: Facts, now: Facts) =>
    (Object.keys(before.sections) as FactSection[]).filter(
      (name) => !isSame(compareSection(before.sections[name], now.sections[name])),
    );

  /** Dumps the database, drops it, and restores it under its name. */
  function roundTrip(database: string): void {
    const file = `${server.socket}/${database}.dump`;
    server.run("pg_dump", ["--format=custom", `--file=${file}`, `--dbname=${database}`]);
    server.sql("postgres", `ALTER DATABASE "${database}" IS_TEMPLATE false`);
    if (database === "subscriptions")
      server.sql(database, "ALTER SUBSCRIPTION db_sub_far SET (slot_name = none); DROP SUBSCRIPTION db_sub_far");
    server.sql("postgres", `DROP DATABASE "${database}"`);
    // As in a drill, which takes the owners' part with rows, and lets no event trigger fire.
    server.run(
      "pg_restore",
      ["--create", "--exit-on-error", "--use-set-session-authorization", "--dbname=template1", file],
      {
        PGOPTIONS: "-c session_replication_role=replica",
      },
    );
  }

  for (const kind of TEST_DATABASES) {
    it(`are the same after a dump and a restore (${kind})`, async () => {
      makeTestDatabase(server, kind);
      const before = await facts(kind);
      roundTrip(kind);
      // No dump says that it was dropped: the drill drops it.
      if (kind === "no_public") server.sql(kind, "DROP SCHEMA public");
      const now = await facts(kind);
      for (const name of differing(before, now)) assert.deepEqual(now.sections[name], before.sections[name], name);
    }).timeout(60_000);
  }

  describe("of a zoo", () => {
    let before_: Facts;
    let client: Client;
    before(async function () {
      this.timeout(60_000);
      server.database("zoo", ZOO);
      before_ = await facts("zoo");
      roundTrip("zoo");
      client = await server.connect("zoo");
    });
    after(() => client.end());

    it("are the same after a dump and a restore, and hold no password", async () => {
      const now = await facts("zoo");
      for (const name of differing(before_, now)) assert.deepEqual(now.sections[name], before_.sections[name], name);
      assert.equal(before_.sections.database["connection limit"], "17");
      assert.doesNotMatch(JSON.stringify(now), /sesame/);
    });

    for (const [section, sql, shown] of MUTATIONS) {
      it(`differ in ${section} after ${sql.slice(0, 90)}`, async () => {
        await client.query("BEGIN");
        try {
          await client.query("SET LOCAL search_path TO public");
          await client.query(sql);
          await client.query("SET LOCAL search_path TO ''; SET LOCAL timezone TO 'UTC'");
          const { missing, unexpected, changed } = compareSection(
            before_.sections[section],
            (await recordAll(client)).sections[section],
          );
          const found = [...missing, ...unexpected, ...changed.map(({ identity }) => identity)];
          assert.ok(
            found.length > 0 && found.every((identity) => shown.test(identity)),
            found.join(", ") || "nothing differs",
          );
        } finally {
          await client.query("ROLLBACK");
        }
      });
    }
  });
});
