import { readFileSync } from "node:fs";
import { join } from "node:path";
import { conninfoValue, quoteIdentifier, quoteLiteral } from "../../../agent/postgres/quote";
import { psql, type SampleTarget } from "../../../scripts/loop/sample";

/** A database of one unusual kind: how it is made, and what tells on its restored copy that nothing of it is lost. */
export interface UnusualDatabase {
  /** Its file in test/e2e/data, and what its backup and drill are called. */
  kind: string;
  database: string;
  applicationRole: string;
  /** What CREATE DATABASE is told besides. */
  options?: string;
  /** SQL for the drill, as the application's role: true only where what is unusual was restored. */
  check: string;
}

const ODD_NAME = 'db Names & "Ünusual" 100%/x.y=z';

export const UNUSUAL_DATABASES: UnusualDatabase[] = [
  {
    kind: "large_objects",
    database: "db_large_objects",
    applicationRole: "db_lo_app",
    check: `select count(*) = 202 and bool_and(case id when 1000 then lo_get(content) = ''
        when 1001 then octet_length(lo_get(content)) = 9000004 and lo_get(content, 9000000, 4) = '\\xdeadbeef'
        else lo_get(content) = decode(repeat(md5(id::text), id * 40), 'hex') end) from files`,
  },
  {
    kind: "partitions",
    database: "db_partitions",
    applicationRole: "db_part_app",
    check: `select count(*) = 2000 and count(distinct tableoid) = 5
        and (select relpersistence = 'u' from pg_class where oid = 'p.scratch'::regclass)
        and (select bool_and(gross = net * 1.081) and min(id) = 500 from p.accounts)
        and (select count(*) = 2 from pg_foreign_table) from p.measurements`,
  },
  {
    kind: "policies",
    database: "db_policies",
    applicationRole: "db_pol_app",
    // The role owns the table, and its policies hold for it all the same.
    check: `select (select count(*) = 0 from r.tenants) and (select count(*) = 300 from r.open)
        and (select string_agg(evtenabled::text, '' order by evtname) = 'DOAO' from pg_event_trigger)`,
  },
  {
    kind: "subscriptions",
    database: "db_subscriptions",
    applicationRole: "db_sub_app",
    check:
      "select count(*) = 1 and not bool_or(subenabled) and (select count(*) = 4 from pg_publication) from pg_subscription",
  },
  {
    kind: "tablespaces",
    database: "db_tablespaces",
    applicationRole: "db_space_app",
    options: "tablespace db_space",
    check: `select count(*) = 5 and (select spcname = 'db_space' from pg_tablespace s, pg_database d
          where d.dattablespace = s.oid and d.datname = current_database())
        from pg_class c join pg_tablespace s on s.oid = c.reltablespace
        where c.relnamespace = 't'::regnamespace and s.spcname = 'db Space 2'`,
  },
  {
    kind: "collations",
    database: "db_collations",
    applicationRole: "db_col_app",
    options: "locale_provider icu icu_locale 'de-CH' locale 'C'",
    check: `select count(*) = 1 and (select datlocprovider = 'i' from pg_database where datname = current_database())
        and (select array_agg(numbered order by numbered collate c.numbers) = array['n2', 'n10'] from c.words where id in (2, 10))
        from c.words where blind = 'BLIND7'`,
  },
  {
    kind: "extensions",
    database: "db_extensions",
    applicationRole: "db_ext_app",
    check: `select count(*) = 200 and (select count(*) = 15 from pg_extension where extname <> 'amcheck')
        from x.things where attributes ? 'k' and name operator(ext.=) ('THING ' || code)::ext.citext`,
  },
  {
    kind: "odd_names",
    database: ODD_NAME,
    applicationRole: ODD_NAME,
    check: `select sum("$dollar") = 465 and (select count(*) = 3 from "a.b"."c") and (select count(*) = 5 from a."b.c")
        from "Schema With ""Quotes"""."table"`,
  },
  {
    kind: "latin1",
    database: "db_latin1",
    applicationRole: "db_latin_app",
    options: "encoding 'LATIN1' locale 'C'",
    check: `select count(*) = 250 and bool_and(octet_length("Maß") = char_length("Maß"))
        from "Käse"."Größe" where "Maß" = 'ÄÖÜ ' || id || chr(255)`,
  },
  {
    kind: "sql_ascii",
    database: "db_sql_ascii",
    applicationRole: "db_ascii_app",
    options: "encoding 'SQL_ASCII' locale 'C'",
    check: "select count(*) = 250 from b.bytes where v = E'\\xff\\xfe caf\\xe9 \\xc3\\xa9 ' || id and w = E'\\xc3'",
  },
  {
    kind: "types",
    database: "db_types",
    applicationRole: "db_types_app",
    options: "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'",
    check: `select count(*) = 1000000 and (select datlocprovider = 'b' from pg_database where datname = current_database())
        and (select n = 'NaN' and i = 'infinity' and arr[-2][5] = 1 from y.extremes where id = 1) from y.huge`,
  },
  {
    kind: "many_tables",
    database: "db_many_tables",
    applicationRole: "db_many_app",
    check: "select count(*) = 5000 from pg_tables where schemaname = 'n'",
  },
  {
    kind: "no_public",
    // A name that a path would swallow.
    database: ".",
    applicationRole: "db_nothing_app",
    check: "select not exists (select from pg_namespace where nspname = 'public')",
  },
  {
    kind: "empty",
    database: "..",
    applicationRole: "db_empty_app",
    check:
      "select exists (select from pg_namespace where nspname = 'public') and not exists (select from pg_tables where schemaname !~ '^(pg_|information_schema)')",
  },
];

/** What a superuser alone can back up: subscriptions, and user mappings with their options. */
export const SUPERUSERS = ["partitions", "subscriptions"];
export const SUPERUSER = { role: "db_superuser", secret: "e2e-superuser" };

/** In place, which a primary starts again with, and a replica does not: their cluster has none. */
const TABLESPACES = ["db_space", "db Space 2"];

/** How psql and pg_dump are told a database's name: they would take one with "=" in it for a connection string. */
export function connectionTo(database: string): string {
  return `dbname=${conninfoValue(database)}`;
}

/** Makes all of them anew, whatever an earlier run has left. */
export async function makeUnusualDatabases(cluster: SampleTarget, superuserPassword: string): Promise<void> {
  await unsubscribe(cluster);
  const names = UNUSUAL_DATABASES.map(({ database }) => quoteIdentifier(database));
  const spaces = TABLESPACES.map(quoteIdentifier);
  await psql(
    cluster,
    "postgres",
    [
      ...names.map((name) => `drop database if exists ${name} with (force)`),
      ...spaces.map((name) => `drop tablespace if exists ${name}`),
      `do $$ declare r name; begin
        for r in select rolname from pg_roles where rolname ~ '^db[ _]' loop execute format('drop role %I', r); end loop; end $$`,
      `create role ${SUPERUSER.role} login superuser password ${quoteLiteral(superuserPassword)}`,
      "set allow_in_place_tablespaces = on",
      ...spaces.map((name) => `create tablespace ${name} location ''`),
      ...UNUSUAL_DATABASES.map(
        ({ options = "" }, index) => `create database ${names[index]} template template0 ${options}`,
      ),
      "",
    ].join(";\n"),
  );
  for (const { kind, database } of UNUSUAL_DATABASES) {
    const sql = readFileSync(join(__dirname, "..", "data", `${kind}.sql`), "utf8");
    await psql(cluster, connectionTo(database), sql);
  }
}

/** Ends the subscriptions of an earlier run: a database that has one cannot be dropped. */
export async function unsubscribe(cluster: SampleTarget): Promise<void> {
  const { database } = UNUSUAL_DATABASES.find(({ kind }) => kind === "subscriptions") as UnusualDatabase;
  const there = `select count(*) from pg_subscription s join pg_database d on d.oid = s.subdbid where d.datname = '${database}'`;
  if ((await psql(cluster, "postgres", there)).trim() === "0") return;
  const end = ["disable", "set (slot_name = none)"].map((how) => `alter subscription db_sub_far ${how};`).join("\n");
  await psql(cluster, database, `${end}\ndrop subscription db_sub_far;`);
}
