import type { Client } from "pg";
import { DRILL_FILES } from "../../model/job-config";
import { messageOf } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import { notOfExtension, OWN_SCHEMA } from "../facts/query";
import { qualified } from "../facts/rows";
import { connectSocket, endOnAbort, rows } from "../postgres/connect";
import { quoteIdentifier } from "../postgres/quote";
import { type Checks, messageWithoutValues } from "./checks";

/** A table that the application's role may use in some way. */
interface Candidate extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  /** Whether row-level security applies to the role here: then it may see no row, rightly. */
  hidden: string;
  /** A column that the role may update and that is not computed. */
  column: string | null;
  insertable: string;
  /** The partitions that hold the rows; the table itself, when it has none. */
  leaves: string;
}

/** A trigger or a policy may forbid a write to one table; a sound database lets some of these many pass. */
const ATTEMPTS = 20;

/**
 * Connects as the application's role, reads a row and changes one to itself, in a transaction that is rolled back.
 * `counts` are the recorded row counts: the fullest tables are tried first.
 */
export async function checkReadWrite(
  checks: Checks,
  database: string,
  role: string,
  counts: Record<string, string>,
  signal: AbortSignal,
  socket: string = DRILL_FILES.socket,
): Promise<void> {
  const read = `${role} reads a row`;
  const write = `${role} changes a row`;
  let client: Client;
  try {
    client = await connectSocket(socket, database, role);
  } catch (error) {
    const actual = `it cannot connect: ${messageOf(error)}`;
    checks.add("read-write.read", "read-write", false, read, actual);
    checks.add("read-write.write", "read-write", false, write, actual);
    return;
  }
  const release = endOnAbort(client, signal);
  try {
    const candidates = order(await findCandidates(client), counts);
    const filled = candidates.filter((candidate) => rowsOf(candidate, counts) > 0);
    await checks.try("read-write.read", "read-write", read, () => tryRead(client, candidates, filled, counts));
    await checks.try("read-write.write", "read-write", write, () => tryWrite(client, candidates, filled, counts));
  } finally {
    release();
    await client.end().catch(() => undefined);
  }
}

type Outcome = { passed: boolean; actual: string };

async function tryRead(
  client: Client,
  candidates: Candidate[],
  filled: Candidate[],
  counts: Record<string, string>,
): Promise<Outcome> {
  if (isEmpty(counts)) return readEmpty(client, candidates, counts);
  const refused: string[] = [];
  for (const table of filled.slice(0, ATTEMPTS)) {
    const outcome = await attempt(client, `SELECT 1 FROM ${qualified(table)} LIMIT 1`);
    if (outcome === 1) return { passed: true, actual: `a row of ${table.identity}` };
    refused.push(`${table.identity}: ${outcome === 0 ? "it sees no row" : outcome}`);
  }
  return { passed: false, actual: none("read", refused) };
}

async function tryWrite(
  client: Client,
  candidates: Candidate[],
  filled: Candidate[],
  counts: Record<string, string>,
): Promise<Outcome> {
  const writable = candidates.filter((table) => table.column !== null || table.insertable === "t");
  if (isEmpty(counts)) {
    if (Object.keys(counts).length === 0) return { passed: true, actual: "there are no tables" };
    if (writable.length === 0) return { passed: false, actual: "no rows to change, and it may change no table" };
    return { passed: true, actual: `no rows to change; it may change ${counted(writable.length, "table")}` };
  }
  const refused: string[] = [];
  for (const table of filled.filter((t) => writable.includes(t)).slice(0, ATTEMPTS)) {
    const outcome = await attempt(client, writeSql(table));
    const way = table.column === null ? "inserted" : "updated";
    if (outcome === 1) return { passed: true, actual: `a row of ${table.identity} ${way}, then rolled back` };
    // A copy of a row that is there already: the insert was let through, and the key held.
    if (outcome === 0 && table.column === null)
      return { passed: true, actual: `an insert into ${table.identity}, then rolled back` };
    refused.push(`${table.identity}: ${outcome === 0 ? "no row was changed" : outcome}`);
  }
  return { passed: false, actual: none("change", refused) };
}

async function readEmpty(client: Client, candidates: Candidate[], counts: Record<string, string>): Promise<Outcome> {
  if (Object.keys(counts).length === 0) return { passed: true, actual: "there are no tables" };
  const refused: string[] = [];
  for (const table of candidates.slice(0, ATTEMPTS)) {
    const outcome = await attempt(client, `SELECT 1 FROM ${qualified(table)} LIMIT 1`);
    if (typeof outcome === "number") return { passed: true, actual: `no rows; ${table.identity} may be read` };
    refused.push(`${table.identity}: ${outcome}`);
  }
  return { passed: false, actual: none("read", refused) };
}

function writeSql(table: Candidate): string {
  const name = qualified(table);
  if (table.column === null) {
    return `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM ${name} LIMIT 1 ON CONFLICT DO NOTHING`;
  }
  const column = quoteIdentifier(table.column);
  // In a partitioned table a ctid alone names a row in each partition.
  return `UPDATE ${name} SET ${column} = ${column} WHERE (tableoid, ctid) = (SELECT tableoid, ctid FROM ${name} LIMIT 1)`;
}

/** How many rows the statement touched, or why it was refused. Nothing stays of it. */
async function attempt(client: Client, sql: string): Promise<number | string> {
  try {
    await client.query("BEGIN");
    return (await client.query(sql)).rowCount ?? 0;
  } catch (error) {
    return messageWithoutValues(error);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** The tables that the role may read as a whole: the probe must see a row to change it. */
async function findCandidates(client: Client): Promise<Candidate[]> {
  // The role's own search_path is for what is tried. Names and operators of this question are PostgreSQL's own.
  await client.query("BEGIN; SET LOCAL search_path TO ''");
  const found = await rows<Candidate>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name,
        row_security_active(c.oid) AS hidden,
        (SELECT a.attname FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
            AND has_column_privilege(c.oid, a.attnum, 'UPDATE')
          ORDER BY EXISTS (SELECT FROM pg_catalog.pg_partitioned_table p WHERE p.partrelid = c.oid AND a.attnum = ANY (p.partattrs)),
            EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey)), a.attnum
          LIMIT 1) AS column,
        has_table_privilege(c.oid, 'INSERT') AS insertable,
        CASE c.relkind WHEN 'p' THEN (SELECT string_agg(format('%I.%I', ln.nspname, l.relname), E'\\x1f')
            FROM pg_catalog.pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class l ON l.oid = t.relid
              JOIN pg_catalog.pg_namespace ln ON ln.oid = l.relnamespace WHERE t.isleaf)
          ELSE format('%I.%I', n.nspname, c.relname) END AS leaves
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND ${OWN_SCHEMA} AND ${notOfExtension("pg_catalog.pg_class", "c.oid")}
        AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')`,
  );
  await client.query("ROLLBACK");
  return found;
}

/** Tables without row-level security first, then by their rows. */
function order(candidates: Candidate[], counts: Record<string, string>): Candidate[] {
  return [...candidates].sort(
    (a, b) =>
      a.hidden.localeCompare(b.hidden) || rowsOf(b, counts) - rowsOf(a, counts) || a.identity.localeCompare(b.identity),
  );
}

function rowsOf(candidate: Candidate, counts: Record<string, string>): number {
  return (candidate.leaves ?? "").split("\x1f").reduce((sum, leaf) => sum + Number(counts[leaf] ?? 0), 0);
}

function isEmpty(counts: Record<string, string>): boolean {
  return Object.values(counts).every((count) => count === "0");
}

function none(verb: string, refused: string[]): string {
  if (refused.length === 0) return `there is no table with rows that it may ${verb}: check the role's grants`;
  return `no table with rows that it can ${verb}: ${refused.slice(0, 5).join("; ")}`;
}
