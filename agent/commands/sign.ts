import { drillJobSchema } from "../../model/job-config";
import { EXIT, type ExitCode } from "../../runtime/errors";
import { newRun } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

async function sign(options: JobOptions): Promise<ExitCode> {
  const job = await readJob(options.config, drillJobSchema);
  const { signDrill } = await import("../signer/sign");
  const passed = await signDrill(job, newRun(stopSignal()));
  return passed ? EXIT.good : EXIT.failed;
}

export const signCommand = jobCommand(
  "sign",
  "Signs that a drill begins, takes what the drill beside it has found, checks its form, and signs and keeps that, also of a failure.",
  sign,
);
