import { CommanderError } from "commander";
import { EXIT, messageOf, ReportedError } from "../runtime/errors";
import { NO_CREDENTIALS } from "../store/errors";
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
    if (messageOf(error).includes(NO_CREDENTIALS)) return EXIT.badInput;
    return error instanceof ReportedError ? error.exitCode : EXIT.failed;
  }
}

const GIVE_CREDENTIALS =
  "there are no AWS credentials; give --credentials with a folder of the keys, or set AWS_ACCESS_KEY_ID and " +
  "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";

/** A message that keeps its lines, with what it means here where the store's own words are for pods. */
function explained(error: unknown): string {
  const message = error instanceof ReportedError ? error.message : messageOf(error);
  if (message.includes(NO_CREDENTIALS)) return message.replace(NO_CREDENTIALS, GIVE_CREDENTIALS);
  if (
    /\.svc(\.cluster\.local)?[:/]/.test(message) &&
    /no address|could not be resolved|does not answer|refused/.test(message)
  )
    return `${message}; the address is one of inside the cluster: forward its port (kubectl port-forward) and give --endpoint`;
  return message;
}
