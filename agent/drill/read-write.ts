import type { Client } from "pg";
import { DRILL_FILES, type DrillJob } from "../../model/job-config";
import { messageOf } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import { qualified } from "../facts/rows";
import { connectSocket, endOnAbort, row } from "../postgres/connect";
import { applySettings } from "./application-settings";
import { type Checks, messageWithoutValues } from "./checks";
import { type Candidate, findCandidates, writeSql } from "./probe-candidates";

/** A trigger or a policy may forbid a write to one table; a sound database lets some of these many pass. */
const ATTEMPTS = 20;

export type Probing = Pick<DrillJob, "applicationRole" | "applicationSettings" | "probe"> & { database: string };

/**
 * Connects as the application's role, reads a row and changes one to itself, in a transaction that is rolled back; or does
 * what was declared for it. `counts` are the recorded row counts: the fullest tables are tried first.
 */
export async function checkReadWrite(
  checks: Checks,
  { database, applicationRole: role, applicationSettings, probe }: Probing,
  counts: Record<string, string>,
  signal: AbortSignal,
  socket: string = DRILL_FILES.socket,
): Promise<void> {
  const read = `${role} reads a row${probe?.read === undefined ? "" : ", by the declared statement"}`;
  const write = `${role} changes a row${probe?.write === undefined ? "" : ", by the declared statement"}`;
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
    await applySettings(client, applicationSettings);
    const candidates = order(await findCandidates(client), counts);
    const filled = candidates.filter((candidate) => candidate.view === "t" || rowsOf(candidate, counts) > 0);
    const frozen = await isFrozen(client);
    await checks.try("read-write.read", "read-write", read, () =>
      probe?.read === undefined ? tryRead(client, candidates, filled, counts) : declared(client, probe.read, "read"),
    );
    await checks.try("read-write.write", "read-write", write, async () => {
      const { passed, actual } = await (probe?.write === undefined
        ? tryWrite(client, candidates, filled, counts)
        : declared(client, probe.write, "written"));
      return { passed, actual: frozen ? `${actual}; ${FROZEN}` : actual };
    });
  } finally {
    release();
    await client.end().catch(() => undefined);
  }
}

const FROZEN =
  "default_transaction_read_only is on for it, as in the source, and was overridden: until it is switched off the application only reads";

async function isFrozen(client: Client): Promise<boolean> {
  const { frozen } = await row<{ frozen: string }>(
    client,
    "SELECT pg_catalog.current_setting('default_transaction_read_only') AS frozen",
  );
  return frozen === "on";
}

type Outcome = { passed: boolean; actual: string };

/** The declared statement: one, as the application sends it. */
async function declared(client: Client, sql: string, done: string): Promise<Outcome> {
  const outcome = await attempt(client, sql);
  if (typeof outcome === "string") return { passed: false, actual: `the declared statement: ${outcome}` };
  const actual = `${counted(outcome, "row")} ${done} by the declared statement, then rolled back`;
  return { passed: outcome > 0, actual };
}

async function tryRead(
  client: Client,
  candidates: Candidate[],
  filled: Candidate[],
  counts: Record<string, string>,
): Promise<Outcome> {
  if (isEmpty(counts)) return readEmpty(client, candidates, counts);
  const refused: string[] = [];
  for (const table of filled.filter(({ readable }) => readable === "t").slice(0, ATTEMPTS)) {
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
  const writable = candidates.filter((table) => writeSql(table) !== undefined);
  if (isEmpty(counts)) {
    if (Object.keys(counts).length === 0) return { passed: true, actual: "there are no tables" };
    if (writable.length === 0)
      return { passed: false, actual: `no rows to change, and it may change no table. ${DECLARE}` };
    return { passed: true, actual: `no rows to change; it may change ${counted(writable.length, "table")}` };
  }
  const refused: string[] = [];
  for (const table of filled.filter((t) => writable.includes(t)).slice(0, ATTEMPTS)) {
    const { sql, way } = writeSql(table) ?? { sql: "", way: "updated" };
    const outcome = await attempt(client, sql);
    if (typeof outcome === "number" && outcome > 0)
      return { passed: true, actual: `a row of ${table.identity} ${way}, then rolled back` };
    // A copy of a row that is there already: the insert was let through, and the key held.
    if (outcome === 0 && way === "inserted" && table.whole === "t")
      return { passed: true, actual: `an insert into ${table.identity}, then rolled back` };
    refused.push(`${table.identity}: ${outcome === 0 ? "no row was changed" : outcome}`);
  }
  return { passed: false, actual: none("change", refused) };
}

async function readEmpty(client: Client, candidates: Candidate[], counts: Record<string, string>): Promise<Outcome> {
  if (Object.keys(counts).length === 0) return { passed: true, actual: "there are no tables" };
  const refused: string[] = [];
  for (const table of candidates.filter(({ readable }) => readable === "t").slice(0, ATTEMPTS)) {
    const outcome = await attempt(client, `SELECT 1 FROM ${qualified(table)} LIMIT 1`);
    if (typeof outcome === "number") return { passed: true, actual: `no rows; ${table.identity} may be read` };
    refused.push(`${table.identity}: ${outcome}`);
  }
  return { passed: false, actual: none("read", refused) };
}

/** How many rows the statement touched, or why it was refused. Nothing stays of it. */
async function attempt(client: Client, sql: string): Promise<number | string> {
  try {
    await client.query("BEGIN READ WRITE");
    // One statement and no more: several could end the transaction, and stay.
    const one = { text: sql, queryMode: "extended" };
    return (await client.query(one)).rowCount ?? 0;
  } catch (error) {
    return messageWithoutValues(error) + settingHint(error);
  } finally {
    await client.query("ROLLBACK");
  }
}

/** What the application sets in its sessions the drill does not know, unless it is told. */
export function settingHint(error: unknown): string {
  const name = /unrecognized configuration parameter "([^"]+)"/.exec(messageOf(error))?.[1];
  if (name === undefined) return "";
  return `; the application sets ${name} in its sessions: name it in the drill's applicationSettings`;
}

/** Tables without row-level security first, then by their rows; views last. */
function order(candidates: Candidate[], counts: Record<string, string>): Candidate[] {
  return [...candidates].sort(
    (a, b) =>
      a.view.localeCompare(b.view) ||
      a.hidden.localeCompare(b.hidden) ||
      rowsOf(b, counts) - rowsOf(a, counts) ||
      a.identity.localeCompare(b.identity),
  );
}

function rowsOf(candidate: Candidate, counts: Record<string, string>): number {
  // Tables whose rows come back into other leaves are counted as a whole.
  if (Object.hasOwn(counts, candidate.identity)) return Number(counts[candidate.identity]);
  return (candidate.leaves ?? "").split("\x1f").reduce((sum, leaf) => sum + Number(counts[leaf] ?? 0), 0);
}

function isEmpty(counts: Record<string, string>): boolean {
  return Object.values(counts).every((count) => count === "0");
}

const DECLARE =
  "Where the application works through functions alone, or only adds rows, declare statements in the drill's probe";

function none(verb: string, refused: string[]): string {
  if (refused.length === 0)
    return `there is no table or view with rows of which it may ${verb} a column: check the role's grants. ${DECLARE}`;
  return `no table or view with rows that it can ${verb}: ${refused.slice(0, 5).join("; ")}. ${DECLARE}`;
}
