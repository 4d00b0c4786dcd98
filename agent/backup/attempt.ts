import type { OwnedStore } from "../../catalog/owned-store";
import { describeExcluded, summarizeExcluded } from "../../model/excluded";
import { FACTS_VERSION, factsSchema } from "../../model/facts";
import type { BackupJob } from "../../model/job-config";
import { layout, MANIFEST } from "../../model/layout";
import type { Manifest } from "../../model/manifest";
import { describeShare, type Share } from "../../model/share";
import { rowsByTable } from "../../model/shrinkage";
import { allOrFirstError } from "../../runtime/concurrency";
import { counted, formatBytes } from "../../runtime/format";
import type { Run } from "../../runtime/run";
import { readContents } from "../facts/contents";
import { contentsOf, OTHER_SECTIONS, recordSections } from "../facts/record";
import { listSequences, readSequences } from "../facts/sequences";
import type { SourceAddress } from "../postgres/connect";
import { inTheWay } from "../postgres/lock-waits";
import type { ArtifactStore } from "./artifact-store";
import { beginDump, DumpLockedOutError } from "./dump";
import { exclude } from "./exclude";
import { GaveWayError, lockedBy } from "./giving-way";
import { LockWatch, type Pace } from "./lock-watch";
import { checkLosses } from "./lost/losses";
import { manifestOf, writeManifest } from "./manifest";
import { dumpRoles, snapshotRoles } from "./roles";
import { openSessions } from "./sessions";
import { lockedSnapshot, orGiveWay } from "./snapshot";
import { checkRights, type Source } from "./source";
import type { Unfinished } from "./unfinished";
import type { Warnings } from "./warnings";

/** One backup, whatever number of attempts it takes. */
export interface Taking {
  job: BackupJob;
  run: Run;
  id: string;
  startedAt: Date;
  address: SourceAddress;
  store: Pick<OwnedStore, "putText" | "readText" | "size" | "place">;
  unfinished: Unfinished;
  warnings: Warnings;
  /** Replaced in tests. */
  pace?: Pace;
}

/** What was found before the first attempt, and holds for all of them. */
export interface Checked {
  source: Source;
  /** pg_dump's version. */
  pgDump: string;
  /** The good backup before this one. */
  previous: Manifest | undefined;
  artifacts: ArtifactStore;
  /** The rows that are digested this time. */
  share: Share;
}

/** One attempt, in a snapshot of its own. When it throws, no session of it is left, nor any lock. */
export async function takeOnce(taking: Taking, checked: Checked): Promise<Manifest> {
  const { job, run, id, startedAt, address, store, unfinished, warnings } = taking;
  const { stages, say } = run;
  const { source, pgDump, previous, artifacts, share } = checked;
  const folder = layout.backup(job.prefix, job.target, id);
  const suffix = job.encryption ? ".age" : "";
  const keys = {
    database: `${folder}database.dump${suffix}`,
    roles: `${folder}roles.sql${suffix}`,
    facts: `${folder}facts.json${suffix}`,
  };
  const recordedWith = { contents: share, migrationQuery: job.migrationQuery };
  // Aborted by the pod's end or by the first error: what runs beside must not run on.
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  const sessions = await openSessions(address, signal);
  const { facts, beside } = sessions;
  const giveWay = (reason: GaveWayError) => {
    stages.brokenOff ||= !signal.aborted;
    stop.abort(reason);
    return reason;
  };
  stages.brokenOff = false;
  const warn = (line: string) => warnings.add(line);
  const watch = new LockWatch({ client: beside, giveWay, say, warn, signal }, taking.pace);
  try {
    const { snapshot, exclusion, sequenceValues, dumped } = await stages.run("snapshot", async (note) => {
      try {
        const { snapshot, before: exclusion } = await lockedSnapshot(facts, beside, async () => {
          const exclusion = await exclude(facts, job.restorePath.backup);
          await checkRights(facts);
          return exclusion;
        });
        await checkLosses(facts, source.major, job.notBackedUp ?? [], warn);
        const sequences = await listSequences(facts);
        // Before pg_dump reads them (see readSequences()), and outside the transaction, which would keep their locks.
        const sequenceValues = await orGiveWay(beside, () => readSequences(beside, sequences));
        const options = {
          ...{ snapshot: snapshot.id, compressionLevel: job.compressionLevel, exclude: exclusion.dumpOptions },
          ...{ major: source.major, warn, signal },
        };
        const dumped = await beginDump(address, options).catch(async (error: unknown) => {
          throw error instanceof DumpLockedOutError ? new GaveWayError(lockedBy(await inTheWay(beside))) : error;
        });
        const { excluded } = exclusion;
        const without = excluded ? `, ${describeExcluded(summarizeExcluded(excluded))}` : "";
        note(`${snapshot.at} at ${snapshot.lsn}${without}`);
        return { snapshot, exclusion, sequenceValues, dumped };
      } catch (error) {
        throw error instanceof GaveWayError ? giveWay(error) : error;
      }
    });

    const dumping = stages.run("dump", async (note) => {
      unfinished.add(keys.database);
      const stored = await artifacts.upload(keys.database, dumped, source.databaseBytes);
      note(`${formatBytes(stored.bytes)} (zstd${job.encryption ? ", age" : ""})`);
      return stored;
    });
    const dumpingRoles = stages.run("roles", async (note) => {
      const dumped = await dumpRoles(beside, address, recordedWith, signal);
      note(counted(Object.keys(dumped.sections.roles).length, "role"));
      unfinished.add(keys.roles);
      return { ...dumped, stored: await artifacts.putText(keys.roles, dumped.script) };
    });
    const recording = stages.run("facts", async (note) => {
      const names = OTHER_SECTIONS.filter((name) => name !== "sequenceValues");
      // The catalog first: what PostgreSQL tells of definitions follows no snapshot.
      const others = await recordSections(facts, recordedWith, names);
      const { compared: _, ...ofRows } = await readContents(facts, share);
      const sections = { ...others, ...ofRows };
      const contents = { ...contentsOf(sections.rows), share, rowsByTable: rowsByTable(sections.rows) };
      note(`${counted(contents.tables, "table")}, ${counted(contents.rows, "row")}; ${describeShare(share)}`);
      return { sections, contents };
    });
    const [database, roles, recorded] = await allOrFirstError(stop, [dumping, dumpingRoles, recording]);
    await watch.end();

    return await stages.run("manifest", async (note) => {
      const sections = { ...recorded.sections, sequenceValues, ...snapshotRoles(recorded.sections, roles.sections) };
      const storedFacts = factsSchema.parse({ version: FACTS_VERSION, recordedWith, sections });
      unfinished.add(keys.facts);
      const facts = await artifacts.putText(keys.facts, `${JSON.stringify(storedFacts, null, 1)}\n`);
      const manifest = manifestOf(job, {
        ...{ id, startedAt, source, snapshot, pgDump },
        previous: previous && { id: previous.id, snapshotAt: previous.snapshot.at },
        contents: recorded.contents,
        artifacts: { database, roles: roles.stored, facts },
        encryption: artifacts.encryption,
        excluded: exclusion.excluded,
        warnings: warnings.forManifest(),
      });
      signal.throwIfAborted();
      // From here on its objects must stay, whatever happens: a manifest without them would be worse.
      unfinished.clear();
      await writeManifest(store, job.prefix, manifest);
      note(folder + MANIFEST);
      return manifest;
    });
  } catch (error) {
    stop.abort(error);
    // Whatever broke off when the backup gave way, that is why.
    throw stages.brokenOff && !run.signal.aborted ? stop.signal.reason : error;
  } finally {
    await watch.end();
    await sessions.close();
  }
}
