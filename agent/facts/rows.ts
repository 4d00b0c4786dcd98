import type { Client } from "pg";
import { rows } from "../postgres/connect";
import { isWithoutRows } from "../postgres/left-out";
import { quoteIdentifier } from "../postgres/quote";
import { HAS_DUMPED_ROWS, OWN_SCHEMA, recorded } from "./query";

/** The tables that hold rows, and what keeps them as they are while they are read. */

export interface Table extends Record<string, string | null> {
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

export function qualified(table: { schema: string; name: string }): string {
  return `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
}

export function batches<T>(items: T[], size: number): T[][] {
  const result: T[][] = [];
  for (let i = 0; i < items.length; i += size) result.push(items.slice(i, i + size));
  return result;
}
