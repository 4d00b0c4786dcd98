import { CommanderError } from "commander";
import { EXIT, messageOf, ReportedError } from "../runtime/errors";
import { INTERRUPTED } from "./command";
import { newProgram } from "./program";
import type { World } from "./world";

/** Runs one command line, and gives its exit code. Whatever goes wrong is one message on standard error. */
export async function run(world: World, args: string[]): Promise<number> {
  process.exitCode = EXIT.good;
  try {
    await newProgram(world).parseAsync(args, { from: "user" });
    return Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.badInput;
    if (world.signal.aborted) {
      world.err("\ninterrupted\n");
      return INTERRUPTED;
    }
    world.err(`✘ ${explained(error)}\n`);
    if (!(error instanceof ReportedError) && world.env.RESTORABLE_DEBUG) world.err(`${(error as Error).stack}\n`);
    return error instanceof ReportedError ? error.exitCode : EXIT.failed;
  }
}

/** A message that keeps its lines, with what to do where the address is one that only pods reach. */
function explained(error: unknown): string {
  const message = error instanceof ReportedError ? error.message : messageOf(error);
  if (
    /\.svc(\.cluster\.local)?[:/]/.test(message) &&
    /no address|could not be resolved|does not answer|refused/.test(message)
  )
    return `${message}; the address is one of inside the cluster: forward its port (kubectl port-forward) and give --endpoint`;
  return message;
}
