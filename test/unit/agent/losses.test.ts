import assert from "node:assert/strict";
import { checkLosses } from "../../../agent/backup/lost/losses";
import { LocalServer } from "../postgres/local-server";

/** What pg_dump loses without a word, on a real server: each is refused, or told of, and nothing else is. */
describe("a backup that would lose something without a word", () => {
  let server: LocalServer;
  let count = 0;
  before(function () {
    this.timeout(60_000);
    server = LocalServer.start({ allow_system_table_mods: "on" });
    server.sql("postgres", "CREATE ROLE app LOGIN; CREATE ROLE reader LOGIN BYPASSRLS IN ROLE pg_read_all_data");
  });
  after(function () {
    this.timeout(60_000);
    server.stop();
  });

  const losses = async (sql: string, acknowledged: string[] = [], user = "postgres") => {
    const database = `l${count++}`;
    server.database(database, sql);
    const warnings: string[] = [];
    const major = 15;
    const ask = server.session(
      database,
      (client) => checkLosses(client, major, acknowledged, (line) => warnings.push(line)),
      user,
    );
    const refusal = await ask.then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { refusal, warnings };
  };

  const REFUSED: Record<string, [sql: string, name: string]> = {
    "a function in pg_catalog": [
      "create function pg_catalog.b2_hello(int) returns int language sql as 'select $1 + 1'",
      "function pg_catalog.b2_hello(integer)",
    ],
    "a table in information_schema": [
      "create table information_schema.settings (id serial primary key)",
      "sequence information_schema.settings_id_seq, table information_schema.settings",
    ],
    "a view in pg_catalog": ["create view pg_catalog.dual as select 'X' as dummy", "view pg_catalog.dual"],
    "an operator in pg_catalog": [
      `create function public.plus(text, int) returns text language sql as 'select $1 || $2::text';
       create operator pg_catalog.+ (leftarg = text, rightarg = int, function = public.plus)`,
      "operator pg_catalog.+(pg_catalog.text,integer)",
    ],
    "a domain and an enum in pg_catalog": [
      "create domain pg_catalog.positive as int check (value > 0); create type pg_catalog.mood as enum ('a')",
      "type pg_catalog.mood, type pg_catalog.positive",
    ],
    "a text search configuration and dictionary in pg_catalog": [
      `create text search configuration pg_catalog.own (copy = pg_catalog.english);
       create text search dictionary pg_catalog.stem (template = simple)`,
      "text search configuration pg_catalog.own, text search dictionary pg_catalog.stem",
    ],
    "a changed mapping of a built-in configuration": [
      `create extension unaccent;
       alter text search configuration pg_catalog.french alter mapping for hword, word with unaccent, french_stem`,
      "text search configuration pg_catalog.french",
    ],
    "a dropped mapping of a built-in configuration": [
      "alter text search configuration pg_catalog.german drop mapping for uint",
      "text search configuration pg_catalog.german",
    ],
    "a setting of a built-in function": [
      "alter function pg_catalog.lower(text) set work_mem = '64MB'",
      "function pg_catalog.lower(pg_catalog.text)",
    ],
    "another cost of a built-in function": [
      "alter function pg_catalog.upper(text) cost 1000",
      "function pg_catalog.upper(pg_catalog.text)",
    ],
    "another setting of a built-in function that has other grants, too": [
      "revoke execute on function pg_catalog.initcap(text) from public; alter function pg_catalog.initcap(text) set work_mem = '64MB'",
      "function pg_catalog.initcap(pg_catalog.text)",
    ],
    "a replaced built-in function": [
      `create or replace function information_schema._pg_char_max_length(typid oid, typmod int4) returns integer
       language sql immutable parallel safe returns null on null input as 'select 7'`,
      "function information_schema._pg_char_max_length(pg_catalog.oid,integer)",
    ],
    "a built-in cast made implicit": [
      "update pg_cast set castcontext = 'i' where castsource = 'int4'::regtype and casttarget = 'bool'::regtype",
      "cast (integer AS boolean)",
    ],
    "an operator added to a built-in family": [
      `create function public.lt(int, text) returns boolean language sql immutable as 'select $1 < $2::int';
       create operator public.< (leftarg = int, rightarg = text, function = public.lt);
       alter operator family pg_catalog.integer_ops using btree add operator 1 public.< (int, text)`,
      "operator of access method operator 1 (integer, pg_catalog.text) of pg_catalog.integer_ops USING btree",
    ],
    "a trigger on a table of the catalog": [
      `create function public.watch() returns trigger language plpgsql as 'begin return new; end';
       create trigger watch before insert on pg_catalog.pg_description for each row execute function public.watch()`,
      "trigger watch on pg_catalog.pg_description",
    ],
    "a grant on a built-in language": ["revoke usage on language sql from public", "language sql"],
    "a grant on the schema information_schema": [
      "revoke usage on schema information_schema from public",
      "schema information_schema",
    ],
    "rows of a table that was made a member of an extension": [
      `create extension hstore; create table public.queue_orders (id int primary key, payload text);
       insert into public.queue_orders select g, 'p' from generate_series(1, 5000) g; alter extension hstore add table public.queue_orders`,
      "table public.queue_orders",
    ],
    "rows that came in one transaction with the table that was made a member": [
      `create extension hstore; begin; create table public.one as select 1 as id; alter extension hstore add table public.one; commit`,
      "table public.one",
    ],
  };

  for (const [what, [sql, name]] of Object.entries(REFUSED)) {
    it(`is refused: ${what}`, async () => {
      const { refusal, warnings } = await losses(sql);
      assert.ok(refusal?.startsWith("nothing was backed up: pg_dump would leave out "), refusal);
      assert.ok(refusal?.includes(`: ${name} (`), refusal);
      assert.match(
        refusal ?? "",
        /\nhint: .*; what is kept elsewhere, or may be lost, can be named in the backup's notBackedUp$/,
      );
      assert.deepEqual(warnings, []);
    });
  }

  it("says how many rows of an extension's table would be lost, and what to do", async () => {
    const { refusal } = await losses(
      (REFUSED["rows of a table that was made a member of an extension"] as string[])[0] as string,
    );
    assert.match(
      refusal ?? "",
      /table public\.queue_orders \(it has 5,000 rows, and belongs to the extension hstore, /,
    );
    assert.match(
      refusal ?? "",
      /hint: ALTER EXTENSION hstore DROP TABLE public\.queue_orders when the table is your own/,
    );
  });

  it("is taken when what is lost was declared, and says so; a declaration that fits nothing is told, too", async () => {
    const sql =
      "create function pg_catalog.b2_hello(int) returns int language sql as 'select 1'; revoke usage on language sql from public";
    const { refusal, warnings } = await losses(sql, ["function pg_catalog.b2_*", "language sql", "table gone"]);
    assert.equal(refusal, undefined);
    assert.match(warnings[0] ?? "", /^not backed up, as notBackedUp says: function pg_catalog\.b2_hello\(integer\) \(/);
    assert.match(warnings[2] ?? "", /^notBackedUp names table gone, and nothing of that name is lost: take it out$/);
    assert.match((await losses(sql, ["function pg_catalog.b2"])).refusal ?? "", /leave out 2 things/);
  });

  const HARMLESS: Record<string, string> = {
    "an empty database": "",
    "grants and comments that are dumped": `revoke execute on function pg_catalog.lower(text) from public;
      revoke usage on type pg_catalog.text from public; revoke usage on language plpgsql from public;
      grant select on pg_catalog.pg_authid to app; grant usage on schema pg_catalog to app; comment on schema public is 'ours'`,
    "extensions, also those whose objects are in pg_catalog": `create extension adminpack; create extension citext;
      create extension hstore; create extension pg_trgm; create extension intarray; create extension btree_gist;
      create extension ltree; create extension "uuid-ossp"; create extension postgres_fdw; create extension file_fdw;
      create extension unaccent; create extension pg_buffercache; create extension tcn; create extension isn;
      create extension seg; create extension cube; create extension earthdistance; create extension lo; create extension xml2`,
    "maintenance of the catalog": `create temp table t (i int); analyze; vacuum freeze; vacuum full pg_proc; vacuum full pg_class;
      vacuum full pg_cast; vacuum full pg_ts_config_map`,
    "casts, operators and operator classes of its own that name built-in ones": `create cast (int as text) with inout as implicit;
      create function public.eq(int, int) returns boolean language internal immutable as 'int4eq';
      create operator public.== (leftarg = int, rightarg = int, function = public.eq, negator = operator(pg_catalog.<>));
      create operator class public.own for type int using btree family pg_catalog.text_ops as
        operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int)`,
  };
  for (const [what, sql] of Object.entries(HARMLESS)) {
    it(`is no such backup: ${what}`, async () => {
      assert.deepEqual(await losses(sql), { refusal: undefined, warnings: [] });
    });
  }

  const TOLD: Record<string, [sql: string, warning: RegExp]> = {
    "an index that is not valid": [
      "create table t (i int); create index broken on t (i); update pg_index set indisvalid = false where indexrelid = 'broken'::regclass",
      /^index public\.broken: an index that is not valid is not in the backup; hint: REINDEX/,
    ],
    "a partition whose detaching is pending": [
      `create table pt (id int) partition by range (id); create table pt_a partition of pt for values from (0) to (9);
       update pg_inherits set inhdetachpending = true where inhrelid = 'pt_a'::regclass`,
      /^partition public\.pt_a: its detaching is pending, and a restore attaches it again; hint: .*FINALIZE$/,
    ],
    "a grant to a role that is gone": [
      "create role leaving; create table t (i int); grant select on t to leaving; delete from pg_authid where rolname = 'leaving'",
      /^table public\.t: something is granted there to a role that is gone, .*; hint: REVOKE cannot name it/,
    ],
    "a collation of another version": [
      `create table t (v text collate "en-x-icu"); update pg_collation set collversion = '1.0' where collname = 'en-x-icu'`,
      /^collation pg_catalog\."en-x-icu": its indexes were built by another version .*; hint: REINDEX first/,
    ],
    "a database whose collation is of another version": [
      `update pg_database set datcollversion = '1.0', datlocprovider = 'i', daticulocale = 'de' where datname = current_database()`,
      /^database l\d+: its indexes were built by another version of its collation/,
    ],
    "foreign keys that are switched off": [
      "create table p (i int primary key); create table c (i int references p); alter table c disable trigger all",
      /^table public\.c: its foreign keys are switched off/,
    ],
    "a changed view of the catalog": [
      "create or replace view pg_catalog.pg_group as select rolname as groname, oid as grosysid, array[]::oid[] as grolist from pg_authid",
      /^view pg_catalog\.pg_group: it is PostgreSQL's own and was changed/,
    ],
    "a collation that was imported": [
      `insert into pg_collation select 20000, 'xx_XX', 11, 10, 'c', true, 6, 'xx_XX', 'xx_XX', null, null`,
      /^collation pg_catalog\."xx_XX": it was imported from the operating system/,
    ],
    "storage parameters of a table of the catalog": [
      "alter table pg_catalog.pg_largeobject set (autovacuum_vacuum_threshold = 7)",
      /^table pg_catalog\.pg_largeobject: its storage parameters/,
    ],
    "a comment on a built-in object": [
      "comment on function pg_catalog.lower(text) is 'mine'",
      /^function pg_catalog\.lower\(pg_catalog\.text\): it is PostgreSQL's own, and no dump holds its comment/,
    ],
  };
  for (const [what, [sql, warning]] of Object.entries(TOLD)) {
    it(`is taken, and told: ${what}`, async () => {
      const { refusal, warnings } = await losses(sql);
      assert.equal(refusal, undefined);
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.match(warnings[0] ?? "", warning);
    });
  }

  it("is refused to a role that may not read the options of user mappings, not to a superuser or to whom it may show them", async () => {
    const sql = `create extension postgres_fdw; create server remote foreign data wrapper postgres_fdw options (host 'far');
      grant usage on foreign server remote to reader;
      create user mapping for app server remote options (user 'far', password 'sesame')`;
    const { refusal } = await losses(sql, [], "reader");
    assert.match(
      refusal ?? "",
      /leave out 1 thing without a word: user mapping for app on server remote \(the backup role may not read its options/,
    );
    assert.match(refusal ?? "", /hint: give the backup the credentialsSecret of a superuser/);
    assert.doesNotMatch(refusal ?? "", /sesame/);
    assert.equal((await losses(sql)).refusal, undefined);
    assert.equal((await losses(sql, ["user mapping for * on server remote"], "reader")).refusal, undefined);
    assert.equal((await losses(sql.replace("for app", "for reader"), [], "reader")).refusal, undefined);
    const publicly = sql.replace("for app", "for public");
    assert.match((await losses(publicly, [], "reader")).refusal ?? "", /user mapping for public on server remote/);
    assert.equal((await losses(`${publicly}; alter server remote owner to reader`, [], "reader")).refusal, undefined);
  });
});
