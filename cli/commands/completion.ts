import { Argument, type Command } from "commander";
import { EXIT } from "../../runtime/errors";
import { answering, newCommand } from "../command";
import { completionScript, SHELLS, type Shell } from "../completion";
import type { World } from "../world";

export function completionCommand(world: World, program: Command): Command {
  return newCommand("completion", {
    summary: "print a completion script for a shell",
    examples: [
      "completion bash > ~/.local/share/bash-completion/completions/restorable",
      "completion zsh > ~/.zfunc/_restorable",
      "completion fish > ~/.config/fish/completions/restorable.fish",
    ],
  })
    .addArgument(new Argument("<shell>", "the shell").choices([...SHELLS]))
    .action(
      answering(async (shell: Shell) => {
        world.out(completionScript(program, shell));
        return EXIT.good;
      }),
    );
}
