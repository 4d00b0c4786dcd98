import { SECRET_FOLDERS } from "../../model/job-config";
import { type PruneJob, pruneJobSchema } from "../../model/prune-job";
import { EXIT, type ExitCode, ReportedError } from "../../runtime/errors";
import { newRun, type Run } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import type { Store } from "../../store/store";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

interface Options extends JobOptions {
  dryRun?: boolean;
}

async function prune(options: Options): Promise<ExitCode> {
  const job = await readJob(options.config, pruneJobSchema);
  const run = newRun(stopSignal());
  const { openStore } = await import("../../store/open");
  const store = await openStore(job.storage, SECRET_FOLDERS.storage, run.signal);
  return pruneNow({ ...job, dryRun: job.dryRun || options.dryRun === true }, store, run);
}

/** Prunes as `job` says, and prints each backup with what becomes of it and why. */
export async function pruneNow(job: PruneJob, store: Store, run: Run): Promise<ExitCode> {
  const { prune: pruneBackups } = await import("../../catalog/prune");
  const { outcomeLines, planLines } = await import("../../catalog/prune-report");
  const outcome = await run.stages.run("prune", async (note) => {
    const done = await pruneBackups(store, job.prefix, job.target, {
      owner: { environment: job.environment, stack: job.stack },
      policy: { ...job.retention, timeZone: job.timeZone },
      graceSeconds: job.graceSeconds,
      copy: job.copy,
      trustedKeys: job.trustedKeys,
      dryRun: job.dryRun,
      signal: run.signal,
      say: run.say,
      onPlan: (plan) => planLines(plan).forEach(run.say),
    });
    if (job.dryRun) note("dry run");
    return done;
  });
  for (const line of outcomeLines(outcome, job.dryRun)) run.say(line);
  if (outcome.refused) throw new ReportedError(outcome.refused);
  return EXIT.good;
}

export const pruneCommand = jobCommand(
  "prune",
  "Removes the backups of one database that no retention rule keeps: never the last good one, nor the last one that a drill restored. Says of each why it stays or goes.",
  prune,
).option("--dry-run", "say what would be removed, and remove nothing");
