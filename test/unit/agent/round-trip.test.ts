import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { Client } from "pg";
import { scriptOf, settingsOfEveryRole } from "../../../agent/backup/roles";
import { restoreDatabase } from "../../../agent/drill/restore";
import { restoreRoles } from "../../../agent/drill/restore-roles";
import { compareSection, FACT_SECTION_NAMES, type FactSection, type Facts, isSame } from "../../../model/facts";
import { recordAll } from "../postgres/all-facts";
import { LocalServer } from "../postgres/local-server";
import { makeTestDatabase, TEST_DATABASES } from "../postgres/test-databases";
import { manifest } from "./jobs";

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
  REVOKE EXECUTE ON FUNCTION hstore(text, text) FROM PUBLIC;
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
  ["grants", "GRANT USAGE ON TYPE hstore TO PUBLIC", /^type public\.hstore(?: to PUBLIC|, other than it came)$/],
  [
    "grants",
    "GRANT EXECUTE ON FUNCTION hstore(text, text) TO PUBLIC",
    /^function public\.hstore\(text,text\), other than it came$/,
  ],
  ["grants", "GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC", /^language plpgsql, other than it came$/],
  [
    "grants",
    "REVOKE USAGE ON SCHEMA pg_catalog FROM zoo_app",
    /^schema pg_catalog(?: to (?:zoo_app|PUBLIC)|, other than it came)$/,
  ],
  [
    "grants",
    "REVOKE SELECT (rolsuper) ON pg_authid FROM zoo_app",
    /^column pg_catalog\.pg_authid\.rolsuper(?: to zoo_app|, other than it came)$/,
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

/** By the drill's own restore, from one server to another: the facts stay, and each mutation of the copy shows. */
describe("the facts of a database", () => {
  let source: LocalServer;
  let copy: LocalServer;
  const recorded = new Map<string, Facts>();
  const signal = new AbortController().signal;
  const TABLESPACES: Record<string, string[]> = { tablespaces: ["db_space", "db Space 2"], zoo: ["zoo_space"] };

  before(async function () {
    this.timeout(180_000);
    const settings = { allow_in_place_tablespaces: "on", max_locks_per_transaction: "256" };
    source = LocalServer.start(settings);
    copy = LocalServer.start({ ...settings, allow_system_table_mods: "on" });
    source.sql("postgres", "CREATE TABLESPACE zoo_space LOCATION ''");
    for (const kind of TEST_DATABASES) makeTestDatabase(source, kind);
    source.database("zoo", ZOO);
    for (const kind of [...TEST_DATABASES, "zoo"]) recorded.set(kind, await source.session(kind, recordAll));
    const dumped = source.run("pg_dumpall", ["--roles-only", "--no-role-passwords"]);
    const roles = `${source.socket}/roles.sql`;
    writeFileSync(roles, scriptOf(dumped, await source.session("postgres", settingsOfEveryRole)));
    await restoreRoles({ roles }, manifestOf("postgres"), signal, copy.socket);
  });
  after(function () {
    this.timeout(60_000);
    source.stop();
    copy.stop();
  });

  const factsOf = (kind: string) => recorded.get(kind) ?? assert.fail(`no facts of ${kind}`);
  const manifestOf = (database: string) => ({
    ...manifest,
    target: { ...manifest.target, database },
    server: { ...manifest.server, major: 15, tablespaces: TABLESPACES[database] },
  });

  async function restored(kind: string): Promise<Facts> {
    const dump = `${source.socket}/${kind}.dump`;
    source.run("pg_dump", ["--format=custom", `--file=${dump}`, `--dbname=${kind}`]);
    await restoreDatabase({ dump, facts: factsOf(kind) }, manifestOf(kind), { jobs: 2 }, signal, copy.socket);
    return copy.session(kind, recordAll);
  }

  for (const kind of [...TEST_DATABASES, "zoo"]) {
    it(`are the same after a dump and a restore (${kind})`, async () => {
      const [expected, found] = [factsOf(kind).sections, (await restored(kind)).sections];
      for (const name of FACT_SECTION_NAMES.filter((name) => !isSame(compareSection(expected[name], found[name]))))
        assert.deepEqual(found[name], expected[name], name);
    }).timeout(60_000);
  }

  it("hold no password of a user mapping", () => {
    assert.doesNotMatch(JSON.stringify(factsOf("zoo")), /sesame/);
    assert.equal(factsOf("zoo").sections.database["connection limit"], "17");
  });

  describe("of a copy", () => {
    let client: Client;
    before(async () => {
      client = await copy.agent("zoo");
    });
    after(() => client.end());

    for (const [section, sql, shown] of MUTATIONS) {
      it(`differ in ${section} after ${sql.slice(0, 90)}`, async () => {
        await client.query("BEGIN");
        try {
          await client.query("SET LOCAL search_path TO public");
          await client.query(sql);
          await client.query("SET LOCAL search_path TO ''; SET LOCAL timezone TO 'UTC'");
          const found = (await recordAll(client)).sections[section];
          const { missing, unexpected, changed } = compareSection(factsOf("zoo").sections[section], found);
          const names = [...missing, ...unexpected, ...changed.map(({ identity }) => identity)];
          assert.ok(names.length > 0 && names.every((name) => shown.test(name)), names.join(", ") || "nothing differs");
        } finally {
          await client.query("ROLLBACK");
        }
      });
    }
  });
});
