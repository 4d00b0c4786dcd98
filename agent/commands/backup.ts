import { backupJobSchema } from "../../model/job-config";
import { EXIT, type ExitCode, messageOf, ReportedError } from "../../runtime/errors";
import { newRun } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

interface Options extends JobOptions {
  /** False with --no-drill. */
  drill?: boolean;
}

/** Takes the backup, then starts its drill if one is declared. */
async function backup(options: Options): Promise<ExitCode> {
  const job = await readJob(options.config, backupJobSchema);
  const { backUp } = await import("../backup/backup");
  const run = newRun(stopSignal());
  const manifest = await backUp(job, run);
  run.say(`backup ${manifest.id} is stored`);
  if (!job.startDrill || options.drill === false) return EXIT.good;
  const { namespace, cronJob } = job.startDrill;
  try {
    const { startDrill } = await import("../cluster/start-drill");
    await run.stages.run("drill", async (note) => {
      note(`started as Job ${namespace}/${await startDrill(namespace, cronJob, manifest.id)}`);
    });
    return EXIT.good;
  } catch (error) {
    throw new ReportedError(
      `the backup ${manifest.id} is good, but its drill was not started: ${messageOf(error)}`,
      EXIT.drillNotStarted,
    );
  }
}

export const backupCommand = jobCommand(
  "backup",
  "Takes one backup: dump, roles and facts in one snapshot, streamed to the store, the manifest last. Then starts its drill, if one is declared.",
  backup,
).option("--no-drill", "do not start the backup's drill");
