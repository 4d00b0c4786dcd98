import { writeFile } from "node:fs/promises";
import type { Client } from "pg";
import type { Manifest } from "../../model/manifest";
import { conninfoValue } from "../postgres/quote";
import { startOptions } from "../postgres/session-settings";
import { type Ended, run } from "../process";
import { type ApplicationSettings, settingOptions } from "./application-settings";
import type { Artifacts } from "./artifacts";
import { asOwners } from "./data-owners";
import { entriesOf, orderedTables, type Part, partsOf, viewsNeedOrder } from "./restore-order";

/** The database that programs connect to before the restored one is there. `postgres` may be the one to restore. */
export const MAINTENANCE_DATABASE = "template1";

export type InDatabase = <T>(database: string, work: (client: Client) => Promise<T>) => Promise<T>;

interface Restoring {
  options: string[];
  processes: number;
  applicationSettings?: ApplicationSettings;
  inDatabase: InDatabase;
  signal: AbortSignal;
  socket: string;
}

/** How pg_restore ended when it failed, and how many parts it took in the archive's order. */
interface Outcome {
  failure: Ended | undefined;
  inOrder: number;
}

/** From this version on roles can be let into each other's tables and schemas, all at once. */
const OWNERS_SINCE = 14;

/**
 * The database, definitions, rows, what needs the rows, and grants at last. One section is complete before the next begins: a
 * constraint that is not valid comes after the rows, whatever number of processes there is. Rows make the source's own
 * functions run as whoever restores them: constraints, generated columns, types. They are restored as the table's owner, not
 * as superuser. The owner may have taken rights from itself, and never needs any to have its rows: so grants come when all
 * else is there, as they do in a single run. Before PostgreSQL 14 owners cannot be let into each other's schemas, and
 * everything is restored as superuser.
 */
export async function restoreSections(
  { dump, facts }: Pick<Artifacts, "dump" | "facts">,
  manifest: Manifest,
  { options, processes, applicationSettings, inDatabase, signal, socket }: Restoring,
): Promise<Outcome> {
  const { major, bootstrapSuperuser } = manifest.server;
  const env: NodeJS.ProcessEnv = {
    ...{ PATH: process.env.PATH, HOME: "/tmp", LC_ALL: "C" },
    ...{
      PGHOST: socket,
      PGUSER: bootstrapSuperuser,
      PGOPTIONS: `${startOptions("restore", major)} ${settingOptions(applicationSettings)}`,
    },
  };
  const { database } = manifest.target;
  const asOwner = major >= OWNERS_SINCE ? ["--use-set-session-authorization"] : [];
  let inOrder = 0;
  const start = (...args: string[]) => run("pg_restore", [...args, dump], { env, signal });
  const restore = async (into: string, jobs: number, ...what: string[]) => {
    const ended = await start(...what, ...options, `--jobs=${jobs}`, `--dbname=dbname=${conninfoValue(into)}`);
    return ended.code === 0 ? undefined : ended;
  };
  const restoreParts = async (parts: Part[], ...what: string[]) => {
    for (const [index, { entries, ordered }] of parts.entries()) {
      const list = `${dump}.part${index}`;
      await writeFile(list, entries.join("\n"));
      const failure = await restore(database, ordered ? 1 : processes, `--use-list=${list}`, ...what);
      if (failure) return failure;
      if (ordered) inOrder += entries.length;
    }
    return undefined;
  };

  const listed = await start("--list", "--create");
  if (listed.code !== 0) return { failure: listed, inOrder };
  const { ofDatabase, grants } = entriesIn(listed.stdout);
  const lists = { database: `${dump}.database`, grants: `${dump}.grants` };
  await writeFile(lists.database, ofDatabase.join("\n"));
  await writeFile(lists.grants, grants.join("\n"));

  const data = async () => {
    const tables = processes > 1 ? await inDatabase(database, orderedTables) : [];
    if (tables.length === 0) return restore(database, processes, "--section=data", ...asOwner);
    const list = await start("--list", "--section=data");
    return list.code === 0 ? restoreParts(partsOf(list.stdout, tables), ...asOwner) : list;
  };
  const after = async () => {
    const what = ["--section=post-data", "--no-privileges"];
    if (processes === 1 || !(await inDatabase(database, viewsNeedOrder))) return restore(database, processes, ...what);
    const list = await start("--list", ...what);
    return list.code === 0 ? restoreParts(viewsLast(list.stdout), "--no-privileges") : list;
  };
  const rowsAndAfter = async () => (await data()) ?? (await after());
  const failure =
    (await restore(MAINTENANCE_DATABASE, processes, "--create", `--use-list=${lists.database}`)) ??
    (await restore(database, processes, "--section=pre-data", "--no-privileges")) ??
    (major < OWNERS_SINCE
      ? await rowsAndAfter()
      : await inDatabase(database, (client) => asOwners(client, Object.values(facts.sections.owners), rowsAndAfter))) ??
    (await restore(database, processes, `--use-list=${lists.grants}`));
  return { failure, inOrder };
}

/**
 * What is said of the database itself beside its definition, which comes with --create alone, and all other grants, by default
 * ones among them.
 */
export function entriesIn(list: string): { ofDatabase: string[]; grants: string[] } {
  const [ofDatabase, grants]: [string[], string[]] = [[], []];
  for (const { number, entry } of entriesOf(list)) {
    if (/^(ACL|COMMENT|SECURITY LABEL) - DATABASE /.test(entry)) ofDatabase.push(number);
    else if (/^(DEFAULT )?ACL /.test(entry)) grants.push(number);
  }
  return { ofDatabase, grants };
}

/** Materialized views are filled after all else, as in a single run, here by one process. */
export function viewsLast(list: string): Part[] {
  const isView = ({ entry }: { entry: string }) => entry.startsWith("MATERIALIZED VIEW DATA ");
  const entries = entriesOf(list);
  const numbers = (wanted: typeof entries) => wanted.map(({ number }) => number);
  return [
    { entries: numbers(entries.filter((entry) => !isView(entry))), ordered: false },
    { entries: numbers(entries.filter(isView)), ordered: true },
  ].filter((part) => part.entries.length > 0);
}
