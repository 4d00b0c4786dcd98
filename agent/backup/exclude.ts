import type { Client } from "pg";
import type { ExcludedTables } from "../../model/excluded";
import { parseTablePattern } from "../../model/patterns";
import type { RestorePath } from "../../model/restore-path";
import { isPlain, oneLine } from "../../model/text";
import { EXIT, ReportedError } from "../../runtime/errors";
import { notOfExtension, OWN_SCHEMA } from "../facts/query";
import { rows } from "../postgres/connect";
import { isRelationLeftOut, isWithoutRows, leaveOut, objectNumber } from "../postgres/left-out";
import { quoteIdentifier } from "../postgres/quote";
import { checkWhatIsKept } from "./exclude-conflicts";

/** What the restore path's patterns stand for in one snapshot. */
export interface Exclusion {
  /** pg_dump's options that leave it out. */
  dumpOptions: string[];
  /** For the manifest. Absent where the restore path has no patterns. */
  excluded?: ExcludedTables;
}

type Patterns = Pick<RestorePath["backup"], "excludeTables" | "excludeTableData">;

interface Relation extends Record<string, string | null> {
  oid: string;
  schema: string;
  name: string;
  identity: string;
  kind: string;
}

/**
 * Finds, in the snapshot of the client's transaction, what the patterns leave out; from here on it is missing from all
 * that the client records. Ends the run when a pattern matches nothing (it is misspelt, or the table has another name
 * now, and would be in the backup), or when what is kept could not be restored without what is left out.
 */
export async function exclude(client: Client, patterns: Patterns): Promise<Exclusion> {
  const { excludeTables = [], excludeTableData = [] } = patterns;
  if (excludeTables.length + excludeTableData.length === 0) return { dumpOptions: [] };
  const problems: string[] = [];
  const matching = async (option: keyof Patterns, kinds: string[], what: string) => {
    const found = await matches(client, patterns[option] ?? [], kinds);
    for (const pattern of found.unmatched) {
      problems.push(
        `the pattern ${pattern} in ${option} matches no ${what} of the database (upper and lower case count, and what ` +
          "belongs to an extension is no match): correct it, or take it out of the restore path of backup, copies and drill",
      );
    }
    return found.oids;
  };
  const named = await matching("excludeTables", ["r", "p", "f", "v", "m"], "table or view");
  const emptied = await matching("excludeTableData", ["r", "p"], "table");
  refuse(problems);

  const objects = await goingWith(client, named);
  await leaveOut(client, objects, []);
  const withoutRows = await partitionsOf(client, emptied);
  await leaveOut(client, objects, withoutRows);
  refuse(await checkWhatIsKept(client));

  const [tables, tableData] = [
    await relations(client, isRelationLeftOut("c.oid"), ["r", "p", "f", "v", "m", "S"]),
    await relations(client, isWithoutRows("c.oid"), ["r", "p"]),
  ];
  checkNames([...tables, ...tableData], await encodingOf(client));
  const names = (found: Relation[]) => found.filter(({ kind }) => kind !== "S").map(({ identity }) => identity);
  return {
    dumpOptions: [
      ...tables.map((relation) => dumpOption("--exclude-table", relation)),
      ...tableData.map((relation) => dumpOption("--exclude-table-data", relation)),
    ],
    excluded: { tables: names(tables), tableData: names(tableData) },
  };
}

/** pg_dump takes quoted names to the letter, and finds a table's partitions itself: there may be thousands. */
export function dumpOption(option: string, { schema, name, kind }: Pick<Relation, "schema" | "name" | "kind">): string {
  return `${option}${kind === "p" ? "-and-children" : ""}=${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

function refuse(problems: string[]): void {
  if (problems.length === 0) return;
  throw new ReportedError(`nothing was backed up: ${problems.join("; and ")}`, EXIT.badInput);
}

async function matches(
  client: Client,
  patterns: string[],
  kinds: string[],
): Promise<{ oids: string[]; unmatched: string[] }> {
  const parsed = patterns.map(parseTablePattern);
  const found = await rows<{ position: string; oid: string }>(
    client,
    `SELECT p.position, c.oid FROM unnest($1::text[], $2::text[]) WITH ORDINALITY p(schema, name, position)
      JOIN pg_namespace n ON n.nspname::text LIKE p.schema
      JOIN pg_class c ON c.relnamespace = n.oid AND c.relname::text LIKE p.name
      WHERE c.relkind = ANY ($3) AND c.relpersistence <> 't' AND ${OWN_SCHEMA} AND ${notOfExtension("pg_class", "c.oid")}`,
    [parsed.map(({ schema }) => schema), parsed.map(({ table }) => table), kinds],
  );
  const matched = new Set(found.map(({ position }) => Number(position)));
  return {
    oids: [...new Set(found.map(({ oid }) => oid))],
    unmatched: patterns.filter((_, index) => !matched.has(index + 1)),
  };
}

/** The relations and all that would be dropped with them without asking: partitions, sequences, indexes, triggers … */
async function goingWith(client: Client, oids: string[]): Promise<string[]> {
  const found = await rows<{ number: string }>(
    client,
    `WITH RECURSIVE gone(classid, objid) AS (
        SELECT 'pg_class'::regclass::oid, unnest($1::oid[])
        UNION
        SELECT d.classid, d.objid FROM gone g JOIN pg_depend d ON d.refclassid = g.classid AND d.refobjid = g.objid
          WHERE d.deptype IN ('a', 'i', 'P', 'S'))
      SELECT ${objectNumber("classid", "objid")} AS number FROM gone`,
    [oids],
  );
  return found.map(({ number }) => number);
}

/** The tables and their partitions, without those that are left out altogether. */
async function partitionsOf(client: Client, oids: string[]): Promise<string[]> {
  const found = await rows<{ oid: string }>(
    client,
    `WITH RECURSIVE tree(oid) AS (
        SELECT unnest($1::oid[])
        UNION
        SELECT c.oid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid JOIN pg_class c ON c.oid = i.inhrelid
          WHERE c.relispartition)
      SELECT oid FROM tree c WHERE NOT ${isRelationLeftOut("c.oid")}`,
    [oids],
  );
  return found.map(({ oid }) => oid);
}

/** What fits `condition`, of `c`, without the partitions of what fits it. */
async function relations(client: Client, condition: string, kinds: string[]): Promise<Relation[]> {
  return rows<Relation>(
    client,
    `WITH gone AS MATERIALIZED (SELECT c.* FROM pg_class c WHERE ${condition})
      SELECT c.oid, n.nspname AS schema, c.relname AS name, format('%I.%I', n.nspname, c.relname) AS identity, c.relkind AS kind
      FROM gone c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = ANY ($1) AND NOT (c.relispartition
        AND c.oid IN (SELECT i.inhrelid FROM pg_inherits i JOIN gone p ON p.oid = i.inhparent))
      ORDER BY identity`,
    [kinds],
  );
}

async function encodingOf(client: Client): Promise<string> {
  const [found] = await rows<{ encoding: string }>(client, "SELECT current_setting('server_encoding') AS encoding");
  return found?.encoding ?? "";
}

/** Arguments of a process are UTF-8 here, and pg_dump would compare them with the database's own bytes, in vain. */
function checkNames(found: Relation[], encoding: string): void {
  const hidden = found.find(({ identity }) => !isPlain(identity));
  if (hidden) {
    refuse([
      `the table ${JSON.stringify(oneLine(hidden.identity, 140))}, which the patterns leave out, has control or format ` +
        "characters in its name, and the manifest could not name it: rename it, or take it out of the patterns",
    ]);
  }
  if (encoding === "UTF8") return;
  const odd = found.find(({ identity }) => /[^\x20-\x7e]/.test(identity));
  if (!odd) return;
  refuse([
    `pg_dump cannot be told to leave out ${odd.identity}, whose name has characters beyond ASCII in a database of the ` +
      `encoding ${encoding}: rename it, or take it out of the restore path's patterns`,
  ]);
}
