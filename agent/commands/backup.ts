import { type BackupJob, backupJobSchema } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { EXIT, type ExitCode, messageOf, ReportedError } from "../../runtime/errors";
import { newRun, type Run } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

interface Options extends JobOptions {
  /** False with --no-drill. */
  drill?: boolean;
}

/** Takes the backup, then asks for its drill and looks for databases without a backup, if either is declared. */
async function backup(options: Options): Promise<ExitCode> {
  const job = await readJob(options.config, backupJobSchema);
  const { backUp } = await import("../backup/backup");
  const run = newRun(stopSignal());
  const manifest = await backUp(job, run);
  run.say(`backup ${manifest.id} is stored`);
  await afterwards(manifest, [
    () => (options.drill === false ? undefined : askForDrill(job, run, manifest)),
    () => (job.coverage ? cover(job, run) : undefined),
  ]);
  return EXIT.good;
}

/** What follows a good backup: each is tried, whatever the others came to. The exit code is that of the first failure. */
export async function afterwards(
  { id }: Pick<Manifest, "id">,
  steps: (() => Promise<void> | undefined)[],
): Promise<void> {
  const problems: ReportedError[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      problems.push(error instanceof ReportedError ? error : new ReportedError(messageOf(error)));
    }
  }
  const [first] = problems;
  if (!first) return;
  const texts = problems.map(({ message }) => message);
  throw new ReportedError(`the backup ${id} is good, but ${texts.join("; and ")}`, first.exitCode);
}

async function askForDrill(job: BackupJob, run: Run, manifest: Manifest): Promise<void> {
  if (!job.requestDrill) return;
  const { namespace, drill } = job.requestDrill;
  try {
    const { requestDrill } = await import("../cluster/request-drill");
    await run.stages.run("drill", async (note) => {
      note(`asked for in ConfigMap ${namespace}/${await requestDrill(namespace, drill, manifest.id)}`);
    });
  } catch (error) {
    throw new ReportedError(`its drill could not be asked for: ${messageOf(error)}`, EXIT.drillNotAsked);
  }
}

async function cover(job: BackupJob, run: Run): Promise<void> {
  const { checkCoverage } = await import("../backup/coverage");
  await run.stages.run("coverage", (note) => checkCoverage(job, note));
}

export const backupCommand = jobCommand(
  "backup",
  "Takes one backup: dump, roles and facts in one snapshot, streamed to the store, the manifest last. Then asks for its drill, and looks for databases that no backup covers, if these are declared.",
  backup,
).option("--no-drill", "do not ask for the backup's drill");
