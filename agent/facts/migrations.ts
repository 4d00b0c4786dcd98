import type { Client } from "pg";
import { rows } from "../postgres/connect";
import { isRelationLeftOut, isWithoutRows } from "../postgres/left-out";
import { OWN_SCHEMA, type Section, sha256 } from "./query";
import { qualified } from "./rows";

/** Where the usual tools keep their migrations: the table, columns that it must have, and the newest migration. */
const KNOWN: { table: string; columns: string[]; newest: string; order: string }[] = [
  {
    table: "flyway_schema_history",
    columns: ["installed_rank", "version", "description"],
    newest: "coalesce(version, description)",
    order: "installed_rank DESC",
  },
  { table: "schema_migrations", columns: ["version"], newest: "version", order: "version DESC" },
  { table: "alembic_version", columns: ["version_num"], newest: "version_num", order: "version_num DESC" },
  { table: "django_migrations", columns: ["id", "app", "name"], newest: "app || '.' || name", order: "id DESC" },
  { table: "knex_migrations", columns: ["id", "name"], newest: "name", order: "id DESC" },
  { table: "__EFMigrationsHistory", columns: ["MigrationId"], newest: '"MigrationId"', order: '"MigrationId" DESC' },
  { table: "databasechangelog", columns: ["id", "orderexecuted"], newest: "id", order: "orderexecuted DESC" },
  { table: "goose_db_version", columns: ["id", "version_id"], newest: "version_id", order: "id DESC" },
  { table: "dbversion", columns: ["mandatory", "optional"], newest: "mandatory || '/' || optional", order: "1" },
  {
    table: "_prisma_migrations",
    columns: ["migration_name", "started_at"],
    newest: "migration_name",
    order: "started_at DESC",
  },
  { table: "SequelizeMeta", columns: ["name"], newest: "name", order: "name DESC" },
  { table: "migrations", columns: ["id", "migration", "batch"], newest: "migration", order: "id DESC" },
  { table: "migrations", columns: ["id", "timestamp", "name"], newest: "name", order: "id DESC" },
  { table: "__drizzle_migrations", columns: ["id", "hash"], newest: "hash", order: "id DESC" },
];

/** The newest migration of every tool found, and the answer to the team's own question if it gave one. */
export async function readMigrations(client: Client, migrationQuery?: string): Promise<Section> {
  const section: Section = {};
  const found = await rows<{ identity: string; schema: string; name: string; columns: string; empty: string }>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name,
        (SELECT string_agg(a.attname, ',') FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
        ${isWithoutRows("c.oid")} AS empty
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relname = ANY ($1) AND ${OWN_SCHEMA} AND NOT ${isRelationLeftOut("c.oid")}`,
    [KNOWN.map((known) => known.table)],
  );
  for (const table of found) {
    const columns = (table.columns ?? "").split(",");
    const known = KNOWN.find((k) => k.table === table.name && k.columns.every((c) => columns.includes(c)));
    if (!known) continue;
    if (table.empty === "t") {
      section[table.identity] = "none";
      continue;
    }
    const sql = `SELECT (${known.newest})::text AS newest FROM ${qualified(table)} ORDER BY ${known.order} LIMIT 1`;
    section[table.identity] = (await rows<{ newest: string | null }>(client, sql))[0]?.newest ?? "none";
  }
  // What a team's own query returns may be anything: a digest.
  if (migrationQuery !== undefined) section["migration query"] = sha256(await askTeam(client, migrationQuery));
  return section;
}

/** The query is written for the application's search_path, not for the empty one of this session. */
async function askTeam(client: Client, migrationQuery: string): Promise<string> {
  await client.query("SET search_path TO DEFAULT");
  const [first] = await rows(client, migrationQuery);
  await client.query("SELECT set_config('search_path', '', false)");
  return JSON.stringify(first ? Object.values(first) : []);
}
