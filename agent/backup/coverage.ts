import { uncovered } from "../../model/coverage";
import type { BackupJob } from "../../model/job-config";
import { EXIT, messageOf, ReportedError } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import { connectSource, rows } from "../postgres/connect";
import { sourceAddress } from "./source-address";

/** At most this many are named. */
const NAMED = 20;

/** Ends the run with EXIT.uncovered when a database of the server ought to have a backup and none is declared. */
export async function checkCoverage(job: BackupJob, note: (text: string) => void): Promise<void> {
  if (!job.coverage) return;
  const databases = await listDatabases(job).catch((error: unknown) => {
    throw new ReportedError(`the server's databases could not be listed: ${messageOf(error)}`, EXIT.uncovered);
  });
  const missing = uncovered(databases, job.target.database, job.coverage);
  if (missing.length > 0) throw new ReportedError(uncoveredProblem(missing, job), EXIT.uncovered);
  note(`of ${counted(databases.length, "database")}, every one that should be is backed up`);
}

export function uncoveredProblem(missing: string[], { target }: Pick<BackupJob, "target">): string {
  const names = missing.slice(0, NAMED).map((name) => JSON.stringify(name));
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : "";
  return (
    `${counted(missing.length, "database")} of ${target.namespace}/${target.cluster} ` +
    `${missing.length === 1 ? "has" : "have"} no backup: ${names.join(", ")}${more}; declare a LogicalBackup and a ` +
    "RestoreDrill for each, or name it in this backup's coverage: in `declared` when it is backed up elsewhere, in " +
    "`exclude` when it needs no backup"
  );
}

/** Templates left out. One that nobody may connect to holds data all the same. */
async function listDatabases(job: BackupJob): Promise<string[]> {
  const client = await connectSource(await sourceAddress(job));
  try {
    const sql = "SELECT d.datname AS name FROM pg_catalog.pg_database d WHERE NOT d.datistemplate ORDER BY 1";
    return (await rows<{ name: string }>(client, sql)).map(({ name }) => name);
  } finally {
    await client.end();
  }
}
