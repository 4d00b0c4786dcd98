import type { Command } from "commander";
import { version } from "../package.json";
import { newCommand } from "./command";
import { copyCommand } from "./commands/backup/copy";
import { createCommand } from "./commands/backup/create";
import { getCommand } from "./commands/backup/get";
import { listCommand } from "./commands/backup/list";
import { pruneCommand } from "./commands/backup/prune";
import { statsCommand } from "./commands/backup/stats";
import { verifyCommand } from "./commands/backup/verify";
import { completionCommand } from "./commands/completion";
import { listCommand as drillListCommand } from "./commands/drill/list";
import { runCommand } from "./commands/drill/run";
import { showCommand as drillShowCommand } from "./commands/drill/show";
import { chainCommand } from "./commands/evidence/chain";
import { showCommand } from "./commands/evidence/show";
import { verifyCommand as verifyEvidenceCommand } from "./commands/evidence/verify";
import { adoptCommand } from "./commands/storage/adopt";
import { checkCommand } from "./commands/storage/check";
import type { World } from "./world";

/** The command `restorable`. Commander writes help and usage errors where `world` says. */
export function newProgram(world: World): Command {
  const program = newCommand("restorable", {
    summary: "backups of PostgreSQL that are proven by restore drills",
    description:
      "Looks after the backups that the library restorable declares: takes, lists, verifies, prunes, copies and fetches them, runs restore drills, and shows and verifies their evidence.",
    examples: ["backup list --stack production", "drill run --stack production --database orders"],
  }).version(version, "-V, --version", "print the version");
  program
    .addCommand(
      newCommand("backup", { summary: "take, list, verify, prune, copy and fetch backups" })
        .addCommand(createCommand(world))
        .addCommand(listCommand(world))
        .addCommand(statsCommand(world))
        .addCommand(verifyCommand(world))
        .addCommand(pruneCommand(world))
        .addCommand(copyCommand(world))
        .addCommand(getCommand(world)),
    )
    .addCommand(
      newCommand("drill", { summary: "run restore drills, and look at those that were run" })
        .addCommand(runCommand(world))
        .addCommand(drillListCommand(world))
        .addCommand(drillShowCommand(world)),
    )
    .addCommand(
      newCommand("evidence", { summary: "verify and show what drills have left" })
        .addCommand(verifyEvidenceCommand(world))
        .addCommand(chainCommand(world))
        .addCommand(showCommand(world)),
    )
    .addCommand(
      newCommand("storage", { summary: "find out what a storage keeps, and take over what is there" })
        .addCommand(adoptCommand(world))
        .addCommand(checkCommand(world)),
    );
  program.addCommand(completionCommand(world, program));
  return writingTo(world, program);
}

function writingTo(world: World, command: Command): Command {
  command.configureOutput({
    writeOut: (text) => world.out(text.replace(/\n$/, "")),
    writeErr: (text) => world.err(text),
  });
  for (const sub of command.commands) writingTo(world, sub);
  return command;
}
