import { readFile, writeFile } from "node:fs/promises";
import type { Client } from "pg";
import { DRILL_FILES } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { parseRoles } from "../../model/roles-script/parse";
import { renderRole } from "../../model/roles-script/render";
import type { RoleStatement } from "../../model/roles-script/statements";
import { messageOf, ReportedError } from "../../runtime/errors";
import { connectSocket } from "../postgres/connect";
import { conninfoValue, quoteIdentifier } from "../postgres/quote";
import { startOptions } from "../postgres/session-settings";
import { type Ended, howItEnded, run } from "../process";
import type { Artifacts } from "./artifacts";
import { messageWithoutValues } from "./checks";
import { asOwners } from "./data-owners";
import { dropPublic } from "./public-schema";
import { BrokenArchiveError, firstError, hint, isBrokenArchive, isDeadlock } from "./restore-errors";
import { makeTablespaces } from "./tablespaces";

/** The database that programs connect to before the restored one is there. `postgres` may be the one to restore. */
const MAINTENANCE_DATABASE = "template1";

/**
 * Roles first: owners and grants of the dump need them. The script is read to its end before its first statement is sent,
 * and statements go by the protocol, one by one: no program that knows more than SQL sees what was stored.
 */
export async function restoreRoles(
  artifacts: Pick<Artifacts, "roles">,
  manifest: Manifest,
  signal: AbortSignal,
  socket: string = DRILL_FILES.socket,
): Promise<void> {
  const failed = (why: string) =>
    new ReportedError(`the roles could not be restored from ${manifest.artifacts.roles.key}: ${why}`);
  const script = await readFile(artifacts.roles, "utf8");
  let statements: RoleStatement[];
  try {
    statements = withoutBootstrapRole(parseRoles(script), manifest.server.bootstrapSuperuser);
  } catch (error) {
    throw failed(messageOf(error));
  }
  const { bootstrapSuperuser, major } = manifest.server;
  const client = await connectSocket(socket, MAINTENANCE_DATABASE, bootstrapSuperuser, startOptions("restore", major));
  const interrupt = () => void client.end().catch(() => undefined);
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    for (const statement of statements) {
      signal.throwIfAborted();
      await client.query(renderRole(statement)).catch((error: unknown) => {
        signal.throwIfAborted();
        throw failed(`line ${statement.line}: ${messageWithoutValues(error)}`);
      });
    }
  } finally {
    signal.removeEventListener("abort", interrupt);
    await client.end();
  }
}

/** initdb has made the bootstrap superuser: the statement that creates it, and nothing else, is left out. */
export function withoutBootstrapRole(statements: RoleStatement[], name: string): RoleStatement[] {
  return statements.filter(({ kind, role }) => kind !== "create" || role !== name);
}

/**
 * The database, by pg_restore, which creates it as it was. The first error ends it: half a restore is none. Processes
 * that attach the partitions of one index at the same time can lock each other out; then it is done anew by one alone.
 * Gives how many did it.
 */
export async function restoreDatabase(
  artifacts: Pick<Artifacts, "dump" | "facts">,
  manifest: Manifest,
  jobs: number,
  signal: AbortSignal,
  socket: string = DRILL_FILES.socket,
): Promise<number> {
  const { database } = manifest.target;
  const inDatabase = connector(manifest, socket);
  const placed = await inDatabase(MAINTENANCE_DATABASE, (client) => makeTablespaces(client, manifest.server));
  for (const processes of attempts(jobs)) {
    // `postgres`, which initdb made, or what the attempt before has left.
    const drop = `DROP DATABASE IF EXISTS ${quoteIdentifier(database)}`;
    await inDatabase(MAINTENANCE_DATABASE, (client) => client.query(drop));
    const options = ["--exit-on-error", ...(placed ? [] : ["--no-tablespaces"]), `--jobs=${processes}`];
    const failure = await restoreSections(artifacts, manifest, { options, inDatabase, signal, socket });
    if (failure === undefined) {
      await inDatabase(database, (client) => dropPublic(client, artifacts.facts.sections));
      return processes;
    }
    const { stderr } = failure;
    if (processes > 1 && isDeadlock(stderr)) continue;
    const first = firstError(stderr) ?? `it was ended by ${howItEnded(failure)}`;
    const BadRestore = isBrokenArchive(stderr) ? BrokenArchiveError : ReportedError;
    throw new BadRestore(
      `pg_restore could not restore ${manifest.artifacts.database.key}: ${first}${hint(stderr, manifest)}`,
    );
  }
  throw new Error("pg_restore was not tried");
}

/** How many processes restore, one attempt after the other. */
export function attempts(jobs: number): number[] {
  return jobs > 1 ? [jobs, 1] : [1];
}

interface Restoring {
  options: string[];
  inDatabase: InDatabase;
  signal: AbortSignal;
  socket: string;
}

/**
 * The database, definitions, rows, what needs the rows, and grants at last. Rows make the source's own functions run as whoever restores
 * them: constraints, generated columns, types. They are restored as the table's owner, not as superuser. The owner may have
 * taken rights from itself, and never needs any to have its rows: so grants come when all else is there, as they do in a
 * single run. Before PostgreSQL 14 owners cannot be let into each other's schemas, and everything is restored as superuser.
 * Gives how pg_restore ended when it failed.
 */
async function restoreSections(
  { dump, facts }: Pick<Artifacts, "dump" | "facts">,
  manifest: Manifest,
  { options, inDatabase, signal, socket }: Restoring,
): Promise<Ended | undefined> {
  const { major, bootstrapSuperuser } = manifest.server;
  const env: NodeJS.ProcessEnv = {
    ...{ PATH: process.env.PATH, HOME: "/tmp", LC_ALL: "C" },
    ...{ PGHOST: socket, PGUSER: bootstrapSuperuser, PGOPTIONS: startOptions("restore", major) },
  };
  const { database } = manifest.target;
  const start = (...args: string[]) => run("pg_restore", [...args, dump], { env, signal });
  const restore = async (into: string, ...what: string[]) => {
    const ended = await start(...what, ...options, `--dbname=dbname=${conninfoValue(into)}`);
    return ended.code === 0 ? undefined : ended;
  };
  if (major < 14) return restore(MAINTENANCE_DATABASE, "--create");

  const listed = await start("--list", "--create");
  if (listed.code !== 0) return listed;
  const { ofDatabase, grants } = entriesIn(listed.stdout);
  const lists = { database: `${dump}.database`, grants: `${dump}.grants` };
  await writeFile(lists.database, ofDatabase.join("\n"));
  await writeFile(lists.grants, grants.join("\n"));
  const rowsAndAfter = async () =>
    (await restore(database, "--section=data", "--use-set-session-authorization")) ??
    (await restore(database, "--section=post-data", "--no-privileges"));
  return (
    (await restore(MAINTENANCE_DATABASE, "--create", `--use-list=${lists.database}`)) ??
    (await restore(database, "--section=pre-data", "--no-privileges")) ??
    (await inDatabase(database, (client) => asOwners(client, Object.values(facts.sections.owners), rowsAndAfter))) ??
    (await restore(database, `--use-list=${lists.grants}`))
  );
}

/**
 * Entries of pg_restore's list by their numbers: what is said of the database itself beside its definition, which comes with
 * --create alone, and all other grants, by default ones among them.
 */
export function entriesIn(list: string): { ofDatabase: string[]; grants: string[] } {
  const [ofDatabase, grants]: [string[], string[]] = [[], []];
  for (const line of list.split("\n")) {
    const [, number, entry = ""] = /^(\d+;) \d+ \d+ (.*)$/.exec(line) ?? [];
    if (number === undefined) continue;
    if (/^(ACL|COMMENT|SECURITY LABEL) - DATABASE /.test(entry)) ofDatabase.push(number);
    else if (/^(DEFAULT )?ACL /.test(entry)) grants.push(number);
  }
  return { ofDatabase, grants };
}

type InDatabase = <T>(database: string, work: (client: Client) => Promise<T>) => Promise<T>;

function connector(manifest: Manifest, socket: string): InDatabase {
  return async (database, work) => {
    const { bootstrapSuperuser, major } = manifest.server;
    const client = await connectSocket(socket, database, bootstrapSuperuser, startOptions("restore", major));
    return work(client).finally(() => client.end());
  };
}
