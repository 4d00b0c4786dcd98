import { copyJobSchema } from "../../model/copy-job";
import { EXIT, type ExitCode } from "../../runtime/errors";
import { newRun } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

async function copy(options: JobOptions): Promise<ExitCode> {
  const job = await readJob(options.config, copyJobSchema);
  const { copyNow } = await import("../copy/copy");
  await copyNow(job, newRun(stopSignal()));
  return EXIT.good;
}

export const copyCommand = jobCommand(
  "copy",
  "Copies a database's good backups to another storage, newest first, each held against its manifest on the way. What is there already is left alone.",
  copy,
);
