import type { Client } from "pg";
import { rows } from "../postgres/connect";

/**
 * The order in which one process restores an archive is the truth: whoever restores by hand has nothing else. Several
 * processes load tables in any order, and a table whose loading runs the source's own code (a CHECK, a generated column, a
 * domain that calls a function) can find rows there that come later in the archive, or miss some that come before. Such
 * tables are loaded alone, when exactly what stands before them in the archive is there.
 */

/** SQL: whether the function `oid` may read anything beside its arguments: PostgreSQL's own and extensions' C code do not. */
const unproven = (
  oid: string,
) => `EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE p.oid = ${oid} AND p.oid >= 16384 AND NOT (l.lanname IN ('c', 'internal') AND EXISTS (SELECT FROM pg_catalog.pg_depend e
    WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND e.objid = p.oid AND e.deptype = 'e')))`;

/** SQL: whether what is defined in `catalog` under `oid` calls such a function, by itself or as an operator. */
const calls = (catalog: string, oid: string) => `EXISTS (SELECT FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_operator o ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = d.refobjid
  WHERE d.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.objid = ${oid}
    AND (d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND ${unproven("d.refobjid")} OR ${unproven("o.oprcode")}))`;

/** SQL: whether the text of an expression names a function of PostgreSQL's own that reads tables, sequences or large objects. */
const reads = (text: string) =>
  `${text} ~ '\\m(query_to_|table_to_|cursor_to_|schema_to_|database_to_|ts_stat|ts_rewrite|lo_get|loread|nextval|currval|lastval|pg_sequence_last_value|pg_relation_|pg_table_|pg_total_)'`;

/** SQL: the types whose values cannot be read without such code, and whatever is made of them. */
const SUSPECT_TYPES = `suspect(oid) AS (
    SELECT t.oid FROM pg_catalog.pg_type t WHERE ${unproven("t.typinput")}
    UNION SELECT k.contypid FROM pg_catalog.pg_constraint k WHERE k.contypid <> 0
      AND (${calls("pg_constraint", "k.oid")} OR ${reads("pg_catalog.pg_get_constraintdef(k.oid)")})
    UNION SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE ${unproven("r.rngcanonical")} OR ${unproven("r.rngsubdiff")}
    UNION SELECT t.oid FROM suspect s JOIN pg_catalog.pg_type t ON s.oid IN (t.typbasetype, t.typelem)
      OR EXISTS (SELECT FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid AND r.rngsubtype = s.oid)
      OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.atttypid = s.oid AND a.attnum > 0))`;

/** A table as a line of the archive's list names it. */
export interface OrderedTable extends Record<string, string | null> {
  schema: string;
  name: string;
  owner: string;
}

/** Tables of the copy that must be loaded in the archive's order; `client` is connected when their definitions are there. */
export async function orderedTables(client: Client): Promise<OrderedTable[]> {
  return rows<OrderedTable>(
    client,
    `WITH RECURSIVE ${SUSPECT_TYPES}
      SELECT n.nspname AS schema, c.relname AS name, pg_catalog.pg_get_userbyid(c.relowner) AS owner
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND (
        EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
          AND (${calls("pg_constraint", "k.oid")} OR ${reads("pg_catalog.pg_get_constraintdef(k.oid)")}))
        OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND (a.atttypid IN (SELECT oid FROM suspect) OR a.attgenerated <> '' AND EXISTS (SELECT FROM pg_catalog.pg_attrdef f
            WHERE f.adrelid = c.oid AND f.adnum = a.attnum AND ${calls("pg_attrdef", "f.oid")})))
        OR EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors(c.oid) p WHERE p.relid <> c.oid AND ${calls("pg_class", "p.relid")}))
      ORDER BY 1, 2`,
  );
}

/** Whether filling a materialized view calls such a function, also by way of views. */
export async function viewsNeedOrder(client: Client): Promise<boolean> {
  const found = await rows(
    client,
    `WITH RECURSIVE reading(oid) AS (
        SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'm'
        UNION SELECT d.refobjid FROM reading r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid
          JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.oid)
      SELECT FROM reading r JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid WHERE ${calls("pg_rewrite", "w.oid")} LIMIT 1`,
  );
  return found.length > 0;
}

/** A part of the archive that is restored in one go. */
export interface Part {
  entries: string[];
  /** By one process, in this order. */
  ordered: boolean;
}

/** More goes through the archive than this cost more than the processes beside each other save. */
const MOST_PARTS = 16;

/** The data of the archive (`pg_restore --list --section=data`) in parts: what `ordered` names keeps its place among all. */
export function partsOf(list: string, ordered: OrderedTable[]): Part[] {
  const named = new Set(ordered.map(({ schema, name, owner }) => plain(`TABLE DATA ${schema} ${name} ${owner}`)));
  const parts: Part[] = [];
  for (const { number, entry } of entriesOf(list)) {
    const alone = named.has(entry);
    const last = parts.at(-1);
    if (last?.ordered === alone) last.entries.push(number);
    else parts.push({ entries: [number], ordered: alone });
  }
  if (parts.length <= MOST_PARTS) return parts;
  return [{ entries: parts.flatMap(({ entries }) => entries), ordered: true }];
}

/** An entry of pg_restore's list: its number as a list names it, and what it is. */
export function entriesOf(list: string): { number: string; entry: string }[] {
  return list.split("\n").flatMap((line) => {
    const [, number, entry = ""] = /^(\d+;) \d+ \d+ (.*)$/.exec(line) ?? [];
    return number === undefined ? [] : [{ number, entry }];
  });
}

/** As pg_dump writes names into a list. */
function plain(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
