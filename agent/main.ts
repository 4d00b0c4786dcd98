import { Command, CommanderError } from "commander";
import { backupJobSchema, CONFIG_FILE, drillJobSchema } from "../model/job-config";
import { readJob } from "./config";
import { AgentError, EXIT, type ExitCode, messageOf } from "./errors";
import { newRun } from "./run";
import { stopSignal } from "./signals";
import { AGENT_VERSION } from "./version";

const EXIT_CODES = `
Exit codes:
  0  good: the backup is stored, or the drill passed
  1  failed: there is no backup, or the drill did not pass (its evidence says why)
  2  bad input: settings or secrets are missing or wrong; nothing was tried
  3  the backup is good, but its drill could not be started

Credentials are read from the Secrets mounted under /var/run/restorable, never from arguments.`;

interface Options {
  config: string;
  /** False with --no-drill. */
  drill?: boolean;
}

/** The backup: take it, then start its drill if one is declared. */
async function backup(options: Options): Promise<ExitCode> {
  const job = await readJob(options.config, backupJobSchema);
  const { backUp } = await import("./backup/backup");
  const run = newRun(stopSignal());
  const manifest = await backUp(job, run);
  run.say(`backup ${manifest.id} is stored`);
  if (!job.startDrill || options.drill === false) return EXIT.good;
  const { namespace, cronJob } = job.startDrill;
  try {
    const { startDrill } = await import("./cluster/start-drill");
    await run.stages.run("drill", async (note) => {
      note(`started as Job ${namespace}/${await startDrill(namespace, cronJob, manifest.id)}`);
    });
    return EXIT.good;
  } catch (error) {
    throw new AgentError(
      `the backup ${manifest.id} is good, but its drill was not started: ${messageOf(error)}`,
      EXIT.drillNotStarted,
    );
  }
}

async function drill(options: Options): Promise<ExitCode> {
  const job = await readJob(options.config, drillJobSchema);
  const { runDrill } = await import("./drill/drill");
  const passed = await runDrill(job, newRun(stopSignal()));
  return passed ? EXIT.good : EXIT.failed;
}

function command(name: string, description: string, action: (options: Options) => Promise<ExitCode>): Command {
  return new Command(name)
    .description(description)
    .option("--config <file>", "the job's settings, JSON", CONFIG_FILE)
    .addHelpText("after", EXIT_CODES)
    .exitOverride()
    .action(async (options: Options) => {
      process.exitCode = await action(options);
    });
}

const program = new Command("restorable-agent")
  .description("Takes logical backups of PostgreSQL and proves by restore drills that they can be restored.")
  .version(AGENT_VERSION)
  .addHelpText("after", EXIT_CODES)
  .exitOverride()
  .addCommand(
    command(
      "backup",
      "Takes one backup: dump, roles and facts in one snapshot, streamed to the store, the manifest last. Then starts its drill, if one is declared.",
      backup,
    ).option("--no-drill", "do not start the backup's drill"),
  )
  .addCommand(
    command(
      "drill",
      "Restores one backup into a temporary server, checks it against what was recorded, and publishes signed evidence, also of a failure.",
      drill,
    ),
  );

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.good : EXIT.badInput;
      return;
    }
    process.exitCode = error instanceof AgentError ? error.exitCode : EXIT.failed;
    console.error(error instanceof AgentError ? `✘ ${error.message}` : `✘ ${messageOf(error)}`);
    if (!(error instanceof AgentError) && process.env.RESTORABLE_DEBUG) console.error(error);
  }
}

// A socket or a timer that a library left open must not keep a finished Job running.
void main().finally(() => process.exit());
