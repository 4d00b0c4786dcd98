import type { Client } from "pg";
import { requireClock, requireSameTime } from "../../catalog/clock";
import { ownedStore } from "../../catalog/owned-store";
import { describeExcluded, summarizeExcluded } from "../../model/excluded";
import { FACT_SECTION_NAMES, factsSchema } from "../../model/facts";
import { type BackupJob, SECRET_FOLDERS } from "../../model/job-config";
import { layout, MANIFEST, newId } from "../../model/layout";
import type { Manifest } from "../../model/manifest";
import { allOrFirstError } from "../../runtime/concurrency";
import { messageOf, ReportedError } from "../../runtime/errors";
import { counted, formatBytes } from "../../runtime/format";
import type { Run } from "../../runtime/run";
import { openStore } from "../../store/open";
import type { Store } from "../../store/store";
import { contentsOf, recordSections } from "../facts/record";
import { connectSource, type SourceAddress } from "../postgres/connect";
import { prepareSession } from "../postgres/session";
import { openArtifactStore } from "./artifact-store";
import { dump } from "./dump";
import { exclude } from "./exclude";
import { checkLosses } from "./lost/losses";
import { manifestOf, writeManifest } from "./manifest";
import { previousBackup } from "./previous";
import { dumpRoles, snapshotRoles } from "./roles";
import { lockedSnapshot } from "./snapshot";
import { checkRights, checkVersions, describeSource, toolVersion } from "./source";
import { sourceAddress } from "./source-address";
import { Warnings } from "./warnings";

/**
 * Takes one backup: dump and facts in one snapshot, roles beside, the manifest last and only when all ended well.
 * When it throws, there is no backup: what was uploaded is removed where the key allows it.
 */
export async function backUp(job: BackupJob, run: Run): Promise<Manifest> {
  const { stages, say } = run;
  const startedAt = new Date();
  const id = newId(startedAt);
  const folder = layout.backup(job.prefix, job.target, id);
  const suffix = job.encryption ? ".age" : "";
  const keys = {
    database: `${folder}database.dump${suffix}`,
    roles: `${folder}roles.sql${suffix}`,
    facts: `${folder}facts.json${suffix}`,
  };
  const recordedWith = { keyRecordsPerTable: job.keyRecordsPerTable, migrationQuery: job.migrationQuery };
  const address = await sourceAddress(job);
  // Aborted by the pod's end or by the first error: what runs beside must not run on.
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  const opened = await openStore(job.storage, SECRET_FOLDERS.storage, signal);
  const store = ownedStore(opened, job, job.prefix, job.target);
  const clients = new Clients(address, signal);
  const unfinished = new Unfinished(store);
  const warnings = new Warnings(say);
  try {
    const begun = await stages.run("check", async (note) => {
      const [facts, roles, pgDump, artifacts] = await Promise.all([
        clients.open(),
        clients.open(),
        toolVersion("pg_dump"),
        openArtifactStore(store, job, id, signal),
      ]);
      // Counting runs beside the dump and is done long before it: with workers it would only take the dump's cores.
      await facts.query("SET max_parallel_workers_per_gather = 0");
      const source = await describeSource(facts);
      requireSameTime("the database server", source.clockAhead);
      await requireClock(store);
      // Before anything is dumped: a folder that is another's takes no backup.
      await store.claim();
      checkVersions(source, job.restorePath.postgresMajor, pgDump);
      const previous = await previousBackup(store, job, source.systemIdentifier, id, say);
      note(`PostgreSQL ${source.version}, ${formatBytes(source.databaseBytes)}`);
      return { clients: { facts, roles }, source, pgDump: pgDump.text, previous, artifacts };
    });
    const { snapshot, exclusion, sequenceValues } = await stages.run("snapshot", async (note) => {
      const { facts, roles } = begun.clients;
      const { snapshot, before: exclusion } = await lockedSnapshot(facts, async () => {
        const exclusion = await exclude(facts, job.restorePath.backup);
        await checkRights(facts);
        return exclusion;
      });
      await checkLosses(facts, begun.source.major, job.notBackedUp ?? [], (line) => warnings.add(line));
      await exclusion.apply(roles);
      // Before pg_dump reads them (see readSequences()), and outside the transaction, which would keep their locks.
      const { sequenceValues } = await recordSections(roles, recordedWith, ["sequenceValues"]);
      const { excluded } = exclusion;
      const without = excluded ? `, ${describeExcluded(summarizeExcluded(excluded))}` : "";
      note(`${snapshot.at} at ${snapshot.lsn}${without}`);
      return { snapshot, exclusion, sequenceValues };
    });

    const { artifacts } = begun;
    const dumping = stages.run("dump", async (note) => {
      const options = {
        ...{ snapshot: snapshot.id, compressionLevel: job.compressionLevel, exclude: exclusion.dumpOptions },
        ...{ warn: (line: string) => warnings.add(line), signal },
      };
      unfinished.keys.push(keys.database);
      const stored = await artifacts.upload(keys.database, dump(address, options), begun.source.databaseBytes);
      note(`${formatBytes(stored.bytes)} (zstd${job.encryption ? ", age" : ""})`);
      return stored;
    });
    const dumpingRoles = stages.run("roles", async (note) => {
      const dumped = await dumpRoles(begun.clients.roles, address, recordedWith, signal);
      note(counted(Object.keys(dumped.sections.roles).length, "role"));
      unfinished.keys.push(keys.roles);
      return { ...dumped, stored: await artifacts.putText(keys.roles, dumped.script) };
    });
    const recording = stages.run("facts", async (note) => {
      const names = FACT_SECTION_NAMES.filter((name) => name !== "sequenceValues");
      const sections = await recordSections(begun.clients.facts, recordedWith, names);
      const contents = contentsOf(sections.rows);
      note(`${counted(contents.tables, "table")}, ${counted(contents.rows, "row")}`);
      return { sections, contents };
    });
    const [dumped, roles, recorded] = await allOrFirstError(stop, [dumping, dumpingRoles, recording]);

    return await stages.run("manifest", async (note) => {
      const sections = { ...recorded.sections, sequenceValues, ...snapshotRoles(recorded.sections, roles.sections) };
      const facts = factsSchema.parse({ version: 1, recordedWith, sections });
      unfinished.keys.push(keys.facts);
      const storedFacts = await artifacts.putText(keys.facts, `${JSON.stringify(facts, null, 1)}\n`);
      const { source, pgDump, previous } = begun;
      const manifest = manifestOf(job, {
        ...{ id, startedAt, source, snapshot, pgDump, previous },
        contents: recorded.contents,
        artifacts: { database: dumped, roles: roles.stored, facts: storedFacts },
        encryption: artifacts.encryption,
        excluded: exclusion.excluded,
        warnings: warnings.forManifest(),
      });
      signal.throwIfAborted();
      // From here on its objects must stay, whatever happens: a manifest without them would be worse.
      unfinished.keys.length = 0;
      await writeManifest(store, job.prefix, manifest);
      note(folder + MANIFEST);
      return manifest;
    });
  } catch (error) {
    stop.abort(error);
    await unfinished.remove(say);
    if (run.signal.aborted) {
      const stage = stages.failed ?? stages.current();
      throw new ReportedError(
        `${messageOf(run.signal.reason)} during the stage ${stage}; nothing was stored as a backup`,
      );
    }
    throw error;
  } finally {
    await clients.close();
  }
}

/** The connections of one backup, closed together. */
class Clients {
  private readonly all: Client[] = [];

  constructor(
    private readonly address: SourceAddress,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => void this.close(), { once: true });
  }

  async open(): Promise<Client> {
    const client = await connectSource(this.address);
    this.all.push(client);
    await prepareSession(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.splice(0).map((client) => client.end().catch(() => undefined)));
  }
}

/** The objects of a backup that is not complete yet. */
class Unfinished {
  readonly keys: string[] = [];

  constructor(private readonly store: Store) {}

  async remove(say: (line: string) => void): Promise<void> {
    // Deleting what is not there is no error in S3.
    const results = await Promise.allSettled(this.keys.map((key) => this.store.remove(key)));
    const problems = results.flatMap((result) => (result.status === "rejected" ? [messageOf(result.reason)] : []));
    if (problems[0]) say(`note: ${counted(problems.length, "unfinished object")} may be left behind: ${problems[0]}`);
  }
}
