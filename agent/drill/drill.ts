import { z } from "zod";
import { requireClock } from "../../catalog/clock";
import { readOwner } from "../../catalog/ownership";
import { type Announcement, announcementSchema, conclusionSchema, problemSchema } from "../../model/drill-protocol";
import { FACT_SECTIONS, type FactSection, type Facts } from "../../model/facts";
import { DRILL_FILES, type DrillJob } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { allOrFirstError } from "../../runtime/concurrency";
import { messageOf, ReportedError } from "../../runtime/errors";
import { counted, formatBytes } from "../../runtime/format";
import type { Run } from "../../runtime/run";
import { openStore } from "../../store/open";
import type { Store } from "../../store/store";
import { connectTo } from "../channel";
import { readContents } from "../facts/contents";
import { CATALOG_SECTIONS, CONTENT_SECTIONS, contentsOf, OTHER_SECTIONS, recordSections } from "../facts/record";
import { connectSocket, endOnAbort } from "../postgres/connect";
import { quoteIdentifier } from "../postgres/quote";
import { prepareSession } from "../postgres/session";
import { startOptions } from "../postgres/session-settings";
import { type Artifacts, fetchArtifacts, readArtifacts, removeArtifacts } from "./artifacts";
import { Checks } from "./checks";
import { checkSection } from "./compare";
import { type Copy, copyNamed } from "./copies";
import { decryptArtifacts, isEncrypted } from "./decrypt";
import { checkHealth } from "./health";
import { checkIndexes } from "./indexes";
import { isolated } from "./isolation";
import { orGiveUp } from "./last-words";
import { outcomeOf, type Progress } from "./outcome";
import { checkReadWrite } from "./read-write";
import { describeRestored, restoreDatabase } from "./restore";
import { BrokenArchiveError } from "./restore-errors";
import { restoreRoles } from "./restore-roles";
import { roomOf, watchRoom } from "./room";
import { fromTheFuture, ifCopied, mismatch, selectBackup } from "./select";
import { startServer, waitForServer } from "./server";
import { checkShrinkage } from "./shrinkage";
import { summaryOf } from "./summary";

/**
 * Restores one backup and checks it, and hands what was found to the signer, whatever happened. Gives whether the drill
 * passed, as the signer has judged it. It holds no key and changes nothing outside the pod.
 */
export async function runDrill(job: DrillJob, run: Run): Promise<boolean> {
  const signer = await connectTo(DRILL_FILES.signer, "the signer", run.signal);
  try {
    const announced = await signer.receive(z.union([announcementSchema, problemSchema]));
    if ("problem" in announced) throw new ReportedError(announced.problem);
    const checks = new Checks();
    const progress: Progress = { contents: { tables: 0, rows: 0 } };
    const error = await tryDrill(job, run, announced, { checks, progress });
    await signer.send(outcomeOf(announced, progress, checks, run.stages, error));
    // What was found is in safe hands: cleaning up can take its time, or fail.
    const cleaned = removeEverything(progress.manifest);
    const conclusion = await signer.receive(conclusionSchema);
    await cleaned;
    if ("problem" in conclusion) throw new ReportedError(conclusion.problem);
    const { predicate } = conclusion.statement;
    for (const line of summaryOf(predicate)) run.say(line);
    if (predicate.passed) return true;
    throw new ReportedError(
      `the drill failed; evidence: ${conclusion.key}\n${predicate.failures.map((failure) => `  - ${failure}`).join("\n")}`,
    );
  } finally {
    signer.close();
  }
}

/** The drill itself; gives why it broke off, if it did. */
async function tryDrill(
  job: DrillJob,
  run: Run,
  announced: Announcement,
  found: Pick<Context, "checks" | "progress">,
): Promise<string | undefined> {
  const full = new AbortController();
  const signal = AbortSignal.any([run.signal, full.signal]);
  try {
    const copy = copyNamed(job, announced.copy);
    const { asked, backupId } = announced;
    if (job.offSite) run.say(`drilling the ${copy.name} copy${asked ? ", as asked for" : ": it is its turn"}`);
    const store = await openStore(copy.storage, copy.secrets, signal);
    await requireClock(store);
    const { kind } = copy.storage;
    found.progress.storage = { kind, place: store.address, prefix: copy.prefix };
    const wanted = async () =>
      copy.name === "primary" || asked ? backupId : ifCopied(store, { ...job, prefix: copy.prefix }, backupId, run.say);
    const elapsed = () => (Date.now() - Date.parse(announced.startedAt)) / 1000;
    await orGiveUp(
      restoreAndCheck(job, { ...run, signal }, { ...found, announced, store, copy, wanted, elapsed, full }),
      signal,
    );
    return undefined;
  } catch (error) {
    if (!signal.aborted) return messageOf(error);
    const stage = run.stages.failed ?? run.stages.current();
    return `the drill was ${messageOf(signal.reason)} during the stage ${stage}`;
  }
}

interface Context {
  announced: Announcement;
  store: Store;
  copy: Copy;
  /** The id of the backup to drill; undefined means the newest. */
  wanted: () => Promise<string | undefined>;
  checks: Checks;
  progress: Progress;
  elapsed: () => number;
  /** Ends the drill when its temporary storage is full. */
  full: AbortController;
}

async function restoreAndCheck(job: DrillJob, run: Run, context: Context): Promise<void> {
  const done = new AbortController();
  try {
    await restoreWithin(job, run, context, AbortSignal.any([run.signal, done.signal]));
  } finally {
    done.abort();
  }
}

/** `over` is aborted when the drill has ended, one way or the other. */
async function restoreWithin(job: DrillJob, run: Run, context: Context, over: AbortSignal): Promise<void> {
  const { checks, progress, store, copy } = context;
  const { stages, signal } = run;
  const manifest = await stages.run("select", async (note) => {
    const { target, environment, stack } = job;
    const place = { target, environment, stack, prefix: copy.prefix };
    const manifest = await selectBackup(store, place, await context.wanted(), run.say);
    progress.manifest = manifest;
    const marker = await readOwner({ store, prefix: copy.prefix, target, root: "backups" });
    if (marker && progress.storage) progress.storage.owner = marker.id;
    // A copy's manifest is the first's, byte for byte: it names the first's restore path.
    const problem = mismatch(manifest, job) ?? fromTheFuture(manifest, new Date());
    if (problem) {
      checks.add(
        "artifact.manifest",
        "artifact",
        false,
        "a backup of this target and restore path, of a past time",
        problem,
        false,
      );
      throw new ReportedError(problem);
    }
    note(`backup ${manifest.id}, ${formatBytes(manifest.artifacts.database.bytes)}`);
    return manifest;
  });

  // The server starts and the source is tried while the backup is fetched.
  const { bootstrapSuperuser } = manifest.server;
  if (job.temporaryBytes !== undefined)
    void watchRoom(job.temporaryBytes, context.full, { measure: roomOf(bootstrapSuperuser, over), signal: over });
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const fetching = fetchBackup(store, copy.prefix, manifest, checks, {
    stages,
    signal: both,
    encryption: job.encryption,
  });
  const starting = stages.run("server", async (note) => {
    await startServer(manifest, job);
    await waitForServer(bootstrapSuperuser, both);
    note("temporary server, no network");
  });
  const { source } = job;
  const wall = `no connection to ${source.host}:${source.port}, nor to what else listens`;
  const isolating = checks.try("isolation.source", "isolation", wall, () => isolated(source, signal));
  const [artifacts] = await allOrFirstError(stop, [fetching, starting, isolating]);

  await stages.run("restore", async (note) => {
    await restoreRoles(artifacts, manifest, signal);
    const restored = await restoreDatabase(artifacts, manifest, job, signal).catch((error: unknown) => {
      if (error instanceof BrokenArchiveError)
        checks.add("artifact.archive", "artifact", false, "an archive that pg_restore can read", error.message);
      throw error;
    });
    note(describeRestored(restored, job.jobs));
  });
  await stages.run("read-write", async (note) => {
    await checkReadWrite(checks, { ...job, database: manifest.target.database }, artifacts.facts.sections.rows, signal);
    const passed = checks.failed.every((check) => check.point !== "read-write");
    if (passed) progress.rtoSeconds = context.elapsed();
    note(passed ? `as ${job.applicationRole}` : "not passed");
  });
  await stages.run("checks", async (note) => {
    await compareAndProbe(job, run, artifacts, manifest, context);
    note(`${counted(checks.results.length, "check")}, ${checks.failed.length} failed`);
  });
}

/** The backup's files, as a restore needs them. */
async function fetchBackup(
  store: Store,
  prefix: string,
  manifest: Manifest,
  checks: Checks,
  { stages, signal, encryption }: Pick<Run, "stages" | "signal"> & Pick<DrillJob, "encryption">,
): Promise<Artifacts> {
  const stored = await stages.run("fetch", async (note) => {
    const files = await fetchArtifacts(store, prefix, manifest, checks);
    note(`${formatBytes(manifest.artifacts.database.bytes)}, digests as recorded`);
    return files;
  });
  if (!isEncrypted(manifest)) return readArtifacts(stored, manifest);
  const files = await stages.run("decrypt", async (note) => {
    const files = await decryptArtifacts(manifest, stored, checks, { declared: encryption, signal });
    note(manifest.restorePath.backup.encryption);
    return files;
  });
  return readArtifacts(files, manifest);
}

/** The copy against what was recorded; meanwhile the indexes and the application's own checks, on other connections. */
async function compareAndProbe(
  job: DrillJob,
  { signal }: Run,
  artifacts: Artifacts,
  manifest: Manifest,
  { checks, progress, announced, store, copy }: Context,
): Promise<void> {
  const { database } = manifest.target;
  const { bootstrapSuperuser, major } = manifest.server;
  const connect = () => connectSocket(DRILL_FILES.socket, database, bootstrapSuperuser, startOptions("restore", major));
  const [facts, amcheck] = await Promise.all([connect(), connect()]);
  const close = () => Promise.all([facts.end(), amcheck.end()].map((end) => end.catch(() => undefined)));
  const interrupt = () => void close();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    await prepareSession(facts);
    await prepareSession(amcheck);
    const { sections: expected, recordedWith } = artifacts.facts;
    const compare = async <N extends FactSection>(
      names: readonly N[],
      read: () => Promise<Pick<Facts["sections"], N>>,
    ) => {
      try {
        const found = await read();
        for (const name of names) checkSection(checks, name, expected[name], found[name]);
      } catch (error) {
        for (const name of names)
          await checks.try(`${FACT_SECTIONS[name]}.${name}`, FACT_SECTIONS[name], "the facts can be recorded", () => {
            throw error;
          });
      }
    };
    // The catalog first: amcheck's own objects must not be in it.
    for (const name of CATALOG_SECTIONS) await compare([name], () => recordSections(facts, recordedWith, [name]));
    const compareContents = () =>
      compare(CONTENT_SECTIONS, async () => {
        const { compared, ...found } = await readContents(facts, recordedWith.contents);
        progress.contents = contentsOf(found.rows);
        progress.compared = { ...compared, ...recordedWith.contents };
        return found;
      });
    const others = OTHER_SECTIONS.filter((name) => !CATALOG_SECTIONS.includes(name));
    await Promise.all([
      (async () => {
        await compareContents();
        await checkShrinkage(checks, {
          ...{ limits: job.shrinkage, baseline: announced.baseline, accepted: announced.acceptShrinkage },
          ...{ manifest, counts: expected.rows, store, prefix: copy.prefix },
        });
        for (const name of others) await compare([name], () => recordSections(facts, recordedWith, [name]));
      })(),
      checkIndexes(checks, amcheck),
      checkHealth(checks, job, signal),
    ]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener("abort", interrupt);
    await close();
  }
}

/** The pod's volume goes with the pod; what is large goes at once, also after a failure. */
async function removeEverything(manifest: Manifest | undefined): Promise<void> {
  await removeArtifacts().catch(() => undefined);
  if (!manifest) return;
  try {
    const { bootstrapSuperuser, major } = manifest.server;
    const options = startOptions("restore", major);
    const client = await connectSocket(DRILL_FILES.socket, "template1", bootstrapSuperuser, options);
    const release = endOnAbort(client, AbortSignal.timeout(CLEANING_MS));
    await client
      .query(`DROP DATABASE IF EXISTS ${quoteIdentifier(manifest.target.database)} WITH (FORCE)`)
      .finally(() => client.end())
      .finally(release);
  } catch {
    // No server, no copy.
  }
}

/** Longer is not worth waiting for what goes with the pod anyway. */
const CLEANING_MS = 20_000;
