import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { oneLine } from "../../model/text";
import { badInput } from "../command";

/** All outputs of `stack`, by the program `pulumi`. Secrets among them stay hidden: none is asked for. */
export async function stackOutputs(stack: string, folder: string | undefined, signal: AbortSignal): Promise<unknown> {
  const where = folder === undefined ? [] : ["--cwd", folder];
  const args = ["stack", "output", "--json", "--stack", stack, "--non-interactive", "--color", "never", ...where];
  try {
    const { stdout } = await promisify(execFile)("pulumi", args, { signal, maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout);
  } catch (error) {
    const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
    if (code === "ENOENT")
      throw badInput(
        "the stack cannot be read: the program pulumi is not on PATH; install it, or leave --stack out and give --endpoint, --bucket, or --path",
      );
    const said = oneLine(stderr, 400) || (error as Error).message;
    throw badInput(
      `the outputs of stack ${stack} cannot be read: pulumi says: ${said}; look at \`pulumi stack ls\`, and give the folder of its program with --cwd`,
    );
  }
}
