import type { Client } from "pg";
import { EVERYTHING, type Share } from "../../model/share";
import { row, rows } from "../postgres/connect";
import { isWithoutRows } from "../postgres/left-out";
import { quoteLiteral } from "../postgres/quote";
import { Digest, type Digested, type DigestRow, digestSql } from "./digest";
import { digestLargeObjects, LARGE_OBJECTS } from "./large-objects";
import { OWN_SCHEMA, recorded, type Section } from "./query";
import { reading, readingAlone, unreadable } from "./reading";
import { batches, qualified } from "./rows";

export interface Contents {
  /** How many rows each table has, all of them. */
  rows: Section;
  /** The digest of each table's rows that are in the share, and of the large objects. */
  contents: Section;
  compared: { rows: number; largeObjects: number };
}

/** A table, or materialized view, whose rows can be digested. */
export interface ReadableTable extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  /** JSON lists of `t."column"`, in the order of their names: a restore may change that of tables that inherit. */
  columns: string;
  key: string;
}

interface Leaf extends ReadableTable {
  /** The table under whose name its rows are counted: itself, or a partitioned one. */
  counted: string;
  /** Whether it has no rows to read: the backup leaves them out, or it is unlogged, of which a standby has none. */
  empty: string;
  pages: string;
}

const namesOf = (attributes: string) =>
  `coalesce((SELECT json_agg(format('t.%I', a.attname) ORDER BY a.attname) FROM ${attributes}), '[]'::json)::text`;

/** SQL: columns and key of the relation `c`. */
export const READABLE = `format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name,
  ${namesOf("pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped")} AS columns,
  ${namesOf("pg_constraint k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey) WHERE k.conrelid = c.oid AND k.contype = 'p'")} AS key`;

/**
 * SQL: the topmost table above the partition `c` whose rows pg_dump loads through the root: partitioned by a hash of an
 * enum, which is made from the labels' OIDs. Each row comes back, and perhaps into another leaf than it was in, so that its
 * leaves are counted together. (pg_dump.c, getPartitioningInfo; since 15.3, 14.8, 13.11.)
 */
const COUNTED_BY_ROOT = `CASE WHEN c.relispartition THEN (
  SELECT format('%I.%I', gn.nspname, g.relname)
    FROM pg_partition_ancestors(c.oid) WITH ORDINALITY a(relid, position)
      JOIN pg_partitioned_table p ON p.partrelid = a.relid
      JOIN pg_class g ON g.oid = a.relid JOIN pg_namespace gn ON gn.oid = g.relnamespace
    WHERE (SELECT o.oid FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
      WHERE o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace AND m.amname = 'hash') = ANY (p.partclass)
    ORDER BY a.position DESC LIMIT 1) END`;

/** A larger table is read by a statement of its own, which parallel workers share. */
const SMALL_PAGES = 1000;
const BATCH = 50;

/** The ordinary tables, partitions included, and the large objects: every row counted, and those of `share` digested. */
export async function readContents(client: Client, share: Share): Promise<Contents> {
  const leaves = await rows<Leaf>(
    client,
    `SELECT ${READABLE}, coalesce(${COUNTED_BY_ROOT}, format('%I.%I', n.nspname, c.relname)) AS counted,
        pg_relation_size(c.oid) / 8192 AS pages, ${isWithoutRows("c.oid")} OR c.relpersistence = 'u' AND pg_is_in_recovery() AS empty
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}
      ORDER BY 1`,
  );
  const found = new Map<string, Digest>(leaves.map(({ counted }) => [counted, new Digest()]));
  const filled = leaves.filter(({ empty }) => empty !== "t");
  for (const [index, digest] of (await digestTables(client, filled, share)).entries())
    found.get((filled[index] as Leaf).counted)?.add(digest);
  const objects = await reading(client, LARGE_OBJECTS, () => digestLargeObjects(client, share));
  const [counts, digests]: [Section, Section] = [{}, {}];
  for (const [identity, digest] of found) {
    counts[identity] = String(digest.rows);
    digests[identity] = digest.text(share);
  }
  if (objects.rows > 0) digests[LARGE_OBJECTS] = objects.text(share);
  const compared = [...found.values()].reduce((sum, digest) => sum + digest.compared, 0);
  return { rows: counts, contents: digests, compared: { rows: compared, largeObjects: objects.compared } };
}

/** One answer for each of `tables`, in their order. */
async function digestTables(client: Client, tables: Leaf[], share: Share): Promise<DigestRow[]> {
  const isSmall = (table: Leaf) => Number(table.pages) <= SMALL_PAGES;
  const answers = new Map<Leaf, DigestRow>();
  const [small, large] = [tables.filter(isSmall), tables.filter((table) => !isSmall(table))];
  for (const batch of [...batches(small, BATCH), ...batches(large, 1)])
    for (const [index, digest] of (await digestBatch(client, batch, share)).entries())
      answers.set(batch[index] as Leaf, digest);
  return tables.map((table) => answers.get(table) as DigestRow);
}

async function digestBatch(client: Client, batch: ReadableTable[], share: Share): Promise<DigestRow[]> {
  const sql = batch.map(
    (table, index) => `SELECT ${quoteLiteral(String(index))} AS position, d.* FROM (${tableSql(table, share)}) d`,
  );
  try {
    const found = await readingAlone(client, () =>
      rows<DigestRow & { position: string }>(client, sql.join("\nUNION ALL\n")),
    );
    return batch.map((_, index) => found.find(({ position }) => Number(position) === index) as DigestRow);
  } catch (error) {
    const [only] = batch;
    if (batch.length === 1 && only) throw unreadable(only.identity, error);
    // One by one, the one that it is about can be named.
    const found: DigestRow[] = [];
    for (const table of batch) found.push(...(await digestBatch(client, [table], share)));
    return found;
  }
}

function tableSql(table: ReadableTable, share: Share): string {
  return digestSql(digestedTable(table), share);
}

function digestedTable(table: ReadableTable): Digested {
  const { columns, key } = table;
  return { from: `ONLY ${qualified(table)} t`, columns: JSON.parse(columns), key: JSON.parse(key) };
}

/** All rows of one table or materialized view: how many, and their digest. */
export async function digestWhole(client: Client, table: ReadableTable): Promise<Digest> {
  return new Digest().add(await row<DigestRow>(client, tableSql(table, EVERYTHING)));
}
