import { Command, CommanderError } from "commander";
import { endProcess } from "../runtime/end-process";
import { EXIT, messageOf, ReportedError } from "../runtime/errors";
import { printError } from "../runtime/print";
import { backupCommand } from "./commands/backup";
import { withExitCodes } from "./commands/command";
import { commandsCommand } from "./commands/commands";
import { copyCommand } from "./commands/copy";
import { drillCommand } from "./commands/drill";
import { pruneCommand } from "./commands/prune";
import { signCommand } from "./commands/sign";
import { startDrillsCommand } from "./commands/start-drills";
import { storageCheckCommand } from "./commands/storage-check";
import { storageInitCommand } from "./commands/storage-init";
import { AGENT_VERSION } from "./version";

const program = withExitCodes(new Command("restorable-agent"))
  .description("Takes logical backups of PostgreSQL and proves by restore drills that they can be restored.")
  .version(AGENT_VERSION)
  .addCommand(backupCommand)
  .addCommand(drillCommand)
  .addCommand(signCommand)
  .addCommand(commandsCommand)
  .addCommand(startDrillsCommand)
  .addCommand(copyCommand)
  .addCommand(pruneCommand)
  .addCommand(storageInitCommand)
  .addCommand(storageCheckCommand);

async function main(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.good : EXIT.badInput;
      return;
    }
    process.exitCode = error instanceof ReportedError ? error.exitCode : EXIT.failed;
    printError(`✘ ${messageOf(error)}`);
    if (!(error instanceof ReportedError) && process.env.RESTORABLE_DEBUG)
      printError(String((error as Error).stack ?? error));
  }
}

// A socket or a timer that a library left open must not keep a finished Job running.
void main().finally(endProcess);
