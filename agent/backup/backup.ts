import { requireClock, requireSameTime } from "../../catalog/clock";
import { type OwnedStore, ownedStore } from "../../catalog/owned-store";
import { sizeBytes } from "../../model/fields";
import { type BackupJob, SECRET_FOLDERS } from "../../model/job-config";
import { newId } from "../../model/layout";
import type { Manifest } from "../../model/manifest";
import { EVERY_ROW_UP_TO, nextShare } from "../../model/share";
import { messageOf, ReportedError } from "../../runtime/errors";
import { formatBytes } from "../../runtime/format";
import type { Run } from "../../runtime/run";
import { openStore } from "../../store/open";
import { openArtifactStore } from "./artifact-store";
import { type Checked, type Taking, takeOnce } from "./attempt";
import { givingWay } from "./giving-way";
import { previousBackup } from "./previous";
import { restoreWarnings } from "./restore-warnings";
import { openSession } from "./sessions";
import { checkVersions, describeSource, toolVersion } from "./source";
import { sourceAddress } from "./source-address";
import { Unfinished } from "./unfinished";
import { Warnings } from "./warnings";

/**
 * Takes one backup: dump and facts in one snapshot, roles beside, the manifest last and only when all ended well. Gives way
 * to other sessions' locks, and tries anew. When it throws, there is no backup: what was uploaded is removed where the key
 * allows it.
 */
export async function backUp(job: BackupJob, run: Run): Promise<Manifest> {
  const { stages, say } = run;
  const startedAt = new Date();
  const id = newId(startedAt);
  const address = await sourceAddress(job);
  const opened = await openStore(job.storage, SECRET_FOLDERS.storage, run.signal);
  const store = ownedStore(opened, job, job.prefix, job.target);
  const unfinished = new Unfinished(store);
  try {
    const warnings = new Warnings(say);
    const taking: Taking = { job, run, id, startedAt, address, store, unfinished, warnings };
    const checked = await stages.run("check", (note) => check(taking, store, note));
    return await givingWay(run, () => takeOnce(taking, checked));
  } catch (error) {
    await unfinished.remove(say);
    if (run.signal.aborted) {
      const stage = stages.failed ?? stages.current();
      throw new ReportedError(
        `${messageOf(run.signal.reason)} during the stage ${stage}; nothing was stored as a backup`,
      );
    }
    throw error;
  }
}

/** What is looked at once, before anything is locked. */
async function check(
  { job, run, id, address, warnings }: Taking,
  store: OwnedStore,
  note: (text: string) => void,
): Promise<Checked> {
  const { say, signal } = run;
  const client = await openSession(address);
  try {
    const [pgDump, artifacts] = await Promise.all([toolVersion("pg_dump"), openArtifactStore(store, job, id, signal)]);
    const source = await describeSource(client);
    requireSameTime("the database server", source.clockAhead);
    await requireClock(store);
    // Before anything is dumped: a folder that is another's takes no backup.
    await store.claim();
    for (const warning of await restoreWarnings(client)) warnings.add(warning);
    checkVersions(source, job.restorePath.postgresMajor, pgDump);
    const previous = await previousBackup(store, job, source.systemIdentifier, id, say);
    const { everyRowUpToBytes = sizeBytes(EVERY_ROW_UP_TO) } = job;
    const share = nextShare(source.databaseBytes, everyRowUpToBytes, previous?.contents.share);
    note(`PostgreSQL ${source.version}, ${formatBytes(source.databaseBytes)}`);
    return { source, pgDump: pgDump.text, previous, artifacts, share };
  } finally {
    await client.end().catch(() => undefined);
  }
}
