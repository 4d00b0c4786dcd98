import { DRILL_FILES, type DrillJob } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { ReportedError } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import { connectSocket } from "../postgres/connect";
import { quoteIdentifier } from "../postgres/quote";
import { startOptions } from "../postgres/session-settings";
import { type Ended, howItEnded } from "../process";
import type { Artifacts } from "./artifacts";
import { dropPublic } from "./public-schema";
import { BrokenArchiveError, firstError, hint, isBrokenArchive, isDeadlock, isOutOfRoom } from "./restore-errors";
import { type InDatabase, MAINTENANCE_DATABASE, restoreSections } from "./restore-sections";
import { makeTablespaces } from "./tablespaces";

/** How a database was restored. */
export interface Restored {
  /** How many processes did it. */
  processes: number;
  /** Of tables, and groups of materialized views, how many were restored in the archive's order by one process. */
  inOrder: number;
  /** Why more processes than one, which were tried first, did not do it. */
  alone?: string;
}

/**
 * The database, by pg_restore, which creates it as it was. The first error ends it: half a restore is none. What one process
 * does, in the archive's order, decides whether a backup can be restored: several can lock each other out when they attach
 * the partitions of one index, or fail where something depends on what PostgreSQL does not know of. So after whatever
 * error of several, short of a broken archive and a full disk, it is done anew by one alone.
 */
export async function restoreDatabase(
  artifacts: Pick<Artifacts, "dump" | "facts">,
  manifest: Manifest,
  { jobs, applicationSettings }: Pick<DrillJob, "jobs" | "applicationSettings">,
  signal: AbortSignal,
  socket: string = DRILL_FILES.socket,
): Promise<Restored> {
  const { database } = manifest.target;
  const inDatabase = connector(manifest, socket);
  const placed = await inDatabase(MAINTENANCE_DATABASE, (client) => makeTablespaces(client, manifest.server));
  let alone: string | undefined;
  for (const processes of attempts(jobs)) {
    // `postgres`, which initdb made, or what the attempt before has left.
    const drop = `DROP DATABASE IF EXISTS ${quoteIdentifier(database)}`;
    await inDatabase(MAINTENANCE_DATABASE, (client) => client.query(drop));
    const options = ["--exit-on-error", ...(placed ? [] : ["--no-tablespaces"])];
    const how = { options, processes, applicationSettings, inDatabase, signal, socket };
    const { failure, inOrder } = await restoreSections(artifacts, manifest, how);
    if (failure === undefined) {
      await inDatabase(database, (client) => dropPublic(client, artifacts.facts.sections));
      return { processes, inOrder, ...(alone === undefined ? {} : { alone }) };
    }
    signal.throwIfAborted();
    const { stderr } = failure;
    const first = firstError(stderr) ?? `it was ended by ${howItEnded(failure)}`;
    if (processes > 1 && isWorthAnother(failure)) {
      alone = isDeadlock(stderr) ? "they had locked each other out" : first;
      continue;
    }
    const BadRestore = isBrokenArchive(stderr) ? BrokenArchiveError : ReportedError;
    throw new BadRestore(
      `pg_restore could not restore ${manifest.artifacts.database.key}: ${first}${hint(stderr, manifest)}`,
    );
  }
  throw new Error("pg_restore was not tried");
}

function isWorthAnother({ stderr }: Ended): boolean {
  return !isBrokenArchive(stderr) && !isOutOfRoom(stderr);
}

/** How many processes restore, one attempt after the other. */
export function attempts(jobs: number): number[] {
  return jobs > 1 ? [jobs, 1] : [1];
}

/** How it was restored, for the log and the evidence. */
export function describeRestored({ processes, inOrder, alone }: Restored, jobs: number): string {
  const order = inOrder > 0 ? `, ${counted(inOrder, "part")} in the archive's order` : "";
  const again = alone === undefined ? "" : `; restores with --jobs=1 only: ${jobs} jobs failed, ${alone}`;
  return `pg_restore with ${counted(processes, "job")}${order}${again}`;
}

function connector(manifest: Manifest, socket: string): InDatabase {
  return async (database, work) => {
    const { bootstrapSuperuser, major } = manifest.server;
    const client = await connectSocket(socket, database, bootstrapSuperuser, startOptions("restore", major));
    return work(client).finally(() => client.end());
  };
}
