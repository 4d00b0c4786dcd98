import { drillJobSchema } from "../../model/job-config";
import { EXIT, type ExitCode } from "../../runtime/errors";
import { newRun } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

async function drill(options: JobOptions): Promise<ExitCode> {
  const job = await readJob(options.config, drillJobSchema);
  const { runDrill } = await import("../drill/drill");
  const passed = await runDrill(job, newRun(stopSignal()));
  return passed ? EXIT.good : EXIT.failed;
}

export const drillCommand = jobCommand(
  "drill",
  "Restores one backup into a temporary server, checks it against what was recorded, and hands what it found to the signer beside it.",
  drill,
);
