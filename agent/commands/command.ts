import { Command } from "commander";
import { CONFIG_FILE } from "../../model/job-config";
import type { ExitCode } from "../../runtime/errors";

const EXIT_CODES = `
Exit codes:
  0  good: the command did all that it says
  1  failed: the message says what, where and why
  2  bad input: settings or secrets are missing or wrong; nothing was tried
  3  the backup is good, but its drill could not be asked for
  4  the backup is good, but a database of the server has none

Credentials are read from the Secrets mounted under /var/run/restorable, never from arguments.`;

export interface JobOptions {
  /** The job's settings. */
  config: string;
}

/** A command that does what one Job's settings say. */
export function jobCommand<O extends JobOptions>(
  name: string,
  description: string,
  run: (options: O) => Promise<ExitCode>,
): Command {
  return withExitCodes(new Command(name))
    .description(description)
    .option("--config <file>", "the job's settings, JSON", CONFIG_FILE)
    .action(async (options: O) => {
      process.exitCode = await run(options);
    });
}

export function withExitCodes(command: Command): Command {
  return command.addHelpText("after", EXIT_CODES).exitOverride();
}
