import type { Client } from "pg";
import { notOfExtension, OWN_SCHEMA } from "../facts/query";
import { qualified } from "../facts/rows";
import { rows } from "../postgres/connect";
import { quoteIdentifier } from "../postgres/quote";

/** A table or view that the application's role may use in some way. */
export interface Candidate extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  view: string;
  /** Whether row-level security applies to the role here: then it may see no row, rightly. */
  hidden: string;
  /** Whether it may read all columns; otherwise only some, or none. */
  whole: string;
  readable: string;
  /** A column that the role may update and that is not computed. */
  column: string | null;
  /** Whether it may read that column, too. */
  columnReadable: string | null;
  /** A column that it may read and that tells rows apart, as far as there is one. */
  key: string | null;
  insertable: string;
  /** The partitions that hold the rows; the table itself, when it has none. */
  leaves: string;
}

/** Types without an equality. */
const INCOMPARABLE = "'json', 'xml', 'point', 'polygon', 'line', 'lseg', 'path', 'circle', 'box'";

const indexed = (what: string) =>
  `EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey) AND ${what})`;

/** The role's own tables and views: those of which it may read some column, or into which it may write. */
export async function findCandidates(client: Client): Promise<Candidate[]> {
  // The role's own search_path is for what is tried. Names and operators of this question are PostgreSQL's own.
  await client.query("BEGIN; SET LOCAL search_path TO ''");
  const found = await rows<Candidate>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name, c.relkind = 'v' AS view,
        c.relkind <> 'v' AND row_security_active(c.oid) AS hidden,
        has_table_privilege(c.oid, 'SELECT') AS whole, has_any_column_privilege(c.oid, 'SELECT') AS readable,
        u.attname AS column, has_column_privilege(c.oid, u.attnum, 'SELECT') AS "columnReadable", k.attname AS key,
        has_table_privilege(c.oid, 'INSERT') OR has_any_column_privilege(c.oid, 'INSERT') AS insertable,
        CASE c.relkind WHEN 'p' THEN (SELECT string_agg(format('%I.%I', ln.nspname, l.relname), E'\\x1f')
            FROM pg_catalog.pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class l ON l.oid = t.relid
              JOIN pg_catalog.pg_namespace ln ON ln.oid = l.relnamespace WHERE t.isleaf)
          ELSE format('%I.%I', n.nspname, c.relname) END AS leaves
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN LATERAL (SELECT a.attname, a.attnum FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
            AND has_column_privilege(c.oid, a.attnum, 'UPDATE')
            AND (c.relkind <> 'v' OR pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false))
          ORDER BY NOT has_column_privilege(c.oid, a.attnum, 'SELECT'),
            EXISTS (SELECT FROM pg_catalog.pg_partitioned_table p WHERE p.partrelid = c.oid AND a.attnum = ANY (p.partattrs)),
            ${indexed("true")}, a.attnum
          LIMIT 1) u ON true
        LEFT JOIN LATERAL (SELECT a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND t.typname NOT IN (${INCOMPARABLE})
            AND has_column_privilege(c.oid, a.attnum, 'SELECT')
          ORDER BY NOT ${indexed("i.indisunique")}, NOT ${indexed("true")}, a.attnum LIMIT 1) k ON true
      WHERE c.relkind IN ('r', 'p', 'v') AND ${OWN_SCHEMA} AND ${notOfExtension("pg_catalog.pg_class", "c.oid")}
        AND has_schema_privilege(n.oid, 'USAGE')
        AND (has_any_column_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'INSERT'))`,
  );
  await client.query("ROLLBACK");
  return found;
}

/** The statement that changes one row of it to itself, or adds one; undefined where the role may do neither. */
export function writeSql(candidate: Candidate): { sql: string; way: "updated" | "inserted" } | undefined {
  const name = qualified(candidate);
  const { whole, column, columnReadable, key, insertable, view } = candidate;
  if (column !== null && (whole === "t" || key !== null)) {
    const value = columnReadable === "t" ? quoteIdentifier(column) : "DEFAULT";
    // In a partitioned table a ctid alone names a row in each partition. A view has none, and a role with rights on columns
    // may not read it.
    const by = quoteIdentifier(key ?? "");
    const row =
      whole === "t" && view === "f"
        ? `(tableoid, ctid) = (SELECT tableoid, ctid FROM ${name} LIMIT 1)`
        : `${by} = (SELECT ${by} FROM ${name} WHERE ${by} IS NOT NULL LIMIT 1)`;
    return { sql: `UPDATE ${name} SET ${quoteIdentifier(column)} = ${value} WHERE ${row}`, way: "updated" };
  }
  if (insertable !== "t") return undefined;
  // Who may read nothing of it has nothing to copy.
  if (whole !== "t" || view === "t") return { sql: `INSERT INTO ${name} DEFAULT VALUES`, way: "inserted" };
  const copy = `SELECT * FROM ${name} LIMIT 1 ON CONFLICT DO NOTHING`;
  return { sql: `INSERT INTO ${name} OVERRIDING SYSTEM VALUE ${copy}`, way: "inserted" };
}
