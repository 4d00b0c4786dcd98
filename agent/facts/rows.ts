import { createHash } from "node:crypto";
import type { Client } from "pg";
import { rows } from "../postgres/connect";
import { isWithoutRows } from "../postgres/left-out";
import { releasingLocks } from "../postgres/locks";
import { quoteIdentifier, quoteLiteral } from "../postgres/quote";
import { HAS_DUMPED_ROWS, OWN_SCHEMA, recorded, type Section } from "./query";

/** Row counts and key records: exact, read in the server; no row leaves it. */

interface Table extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  pages: string;
  unlogged: string;
  /** Whether the backup leaves its rows out: then they are not read, and the copy must have none. */
  empty: string;
}

/** The ordinary tables, partitions included: what holds rows, and fits `condition`. */
export async function ordinaryTables(
  client: Client,
  condition = `${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}`,
): Promise<Table[]> {
  return rows<Table>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name,
        pg_relation_size(c.oid) / 8192 AS pages, c.relpersistence = 'u' AS unlogged,
        ${isWithoutRows("c.oid")} AS empty
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${condition}
      ORDER BY 1`,
  );
}

/**
 * Holds off whatever would rewrite or drop tables while the snapshot is in use, as pg_dump does on its own
 * connection: a table rewritten in between would look empty to the snapshot (PostgreSQL manual, "MVCC caveats").
 */
export async function lockTables(client: Client): Promise<void> {
  for (const batch of batches(await ordinaryTables(client, HAS_DUMPED_ROWS), 200)) {
    await client.query(`LOCK TABLE ${batch.map((t) => `ONLY ${qualified(t)}`).join(", ")} IN ACCESS SHARE MODE`);
  }
}

/**
 * The tables whose storage is no longer the one that the snapshot knows: pg_class is read in the snapshot, and
 * pg_relation_filenode() as things are now. Asked under lockTables(), so that nothing changes afterwards.
 */
export async function rewrittenTables(client: Client): Promise<string[]> {
  const found = await rows<{ identity: string }>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.relfilenode <> 0 AND ${HAS_DUMPED_ROWS}
        AND NOT ${isWithoutRows("c.oid")}
        AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid)
      ORDER BY 1`,
  );
  return found.map(({ identity }) => identity);
}

/** A larger table is counted by a statement of its own, which parallel workers share. */
const SMALL_PAGES = 1000;

export async function countRows(client: Client): Promise<Section> {
  const tables = await ordinaryTables(client);
  const standby = (await rows(client, "SELECT pg_is_in_recovery() AS standby"))[0]?.standby === "t";
  const section: Section = {};
  const readable: Table[] = [];
  for (const table of tables) {
    // A standby has no rows of unlogged tables, and a dump taken from it has none either.
    if (table.empty === "t" || (standby && table.unlogged === "t")) section[table.identity] = "0";
    else readable.push(table);
  }
  const small = readable.filter((t) => Number(t.pages) <= SMALL_PAGES);
  const large = readable.filter((t) => Number(t.pages) > SMALL_PAGES);
  for (const batch of [...batches(small, 100), ...batches(large, 1)]) {
    const sql = batch.map(
      (t) => `SELECT ${quoteLiteral(t.identity)} AS identity, count(*) AS count FROM ONLY ${qualified(t)}`,
    );
    const ask = () => rows<{ identity: string; count: string }>(client, sql.join("\nUNION ALL\n"));
    for (const found of await releasingLocks(client, ask)) {
      section[found.identity] = found.count;
    }
  }
  return section;
}

interface KeyedTable extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  key: string;
  columns: string;
  empty: string;
}

/** The digest of no rows. */
const OF_NOTHING = createHash("sha256").digest("hex");

/**
 * For each table with a primary key, the SHA-256 over its first and its last `count` rows by that key. The columns are
 * taken by name, since a restore may change their order in tables that inherit.
 */
export async function digestKeyRecords(client: Client, count: number): Promise<Section> {
  const standby = (await rows(client, "SELECT pg_is_in_recovery() AS standby"))[0]?.standby === "t";
  const tables = await rows<KeyedTable>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name,
        (SELECT string_agg(format('t.%I', a.attname), E'\\x1f' ORDER BY u.position)
          FROM unnest(k.conkey) WITH ORDINALITY u(attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.attnum) AS key,
        (SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attname)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
        ${isWithoutRows("c.oid")} AS empty
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype = 'p' AND c.relkind = 'r' ${standby ? "AND c.relpersistence <> 'u'" : ""}
        AND ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}
      ORDER BY 1`,
  );
  const section: Section = {};
  for (const table of tables) if (table.empty === "t") section[table.identity] = OF_NOTHING;
  const filled = tables.filter((table) => table.empty !== "t");
  for (const batch of batches(filled, 20)) {
    const sql = batch.map((t) => keyRecordsSql(t, count)).join("\nUNION ALL\n");
    const ask = () => rows<{ identity: string; digest: string }>(client, sql);
    for (const found of await releasingLocks(client, ask)) {
      section[found.identity] = found.digest;
    }
  }
  return section;
}

function keyRecordsSql(table: KeyedTable, count: number): string {
  const keys = table.key.split("\x1f");
  const end = (direction: "ASC" | "DESC") => {
    const order = keys.map((key) => `${key} ${direction}`).join(", ");
    return (
      "(SELECT coalesce(string_agg(d.digest, ''::bytea ORDER BY d.position), ''::bytea) FROM " +
      `(SELECT sha256(convert_to(r.row, current_setting('server_encoding'))) AS digest, row_number() OVER () AS position FROM ` +
      `(SELECT ROW(${table.columns})::text AS row FROM ONLY ${qualified(table)} t ORDER BY ${order} LIMIT ${count}) r) d)`
    );
  };
  return (
    `SELECT ${quoteLiteral(table.identity)} AS identity, ` +
    `encode(sha256(${end("ASC")} || ${end("DESC")}), 'hex') AS digest`
  );
}

export function qualified(table: { schema: string; name: string }): string {
  return `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
}

export function batches<T>(items: T[], size: number): T[][] {
  const result: T[][] = [];
  for (let i = 0; i < items.length; i += size) result.push(items.slice(i, i + size));
  return result;
}
