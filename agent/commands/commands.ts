import { drillJobSchema } from "../../model/job-config";
import { EXIT, type ExitCode } from "../../runtime/errors";
import { newRun } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

async function commands(options: JobOptions): Promise<ExitCode> {
  const job = await readJob(options.config, drillJobSchema);
  const { serveCommands } = await import("../health/commands");
  await serveCommands(job, newRun(stopSignal()));
  return EXIT.good;
}

export const commandsCommand = jobCommand(
  "commands",
  "Runs the application's own commands for the drill beside it, in a container without secrets.",
  commands,
);
