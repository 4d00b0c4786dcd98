import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { inLab, labEnv } from "../lab";
import { messageOf } from "../lab/errors";
import { cacheDir } from "../lab/paths";
import { say } from "../lab/report";
import { ownContext } from "./loop/environment";
import { renderEvidence } from "./loop/evidence";
import { LocalStack, stackFolder } from "./loop/local-stack";
import { backupAndDrill, newestEvidence } from "./loop/rounds";

/** What one does with a stack that is up: `make preview`, `make backup`, `make evidence`, `make shell`. */
const COMMANDS: Record<string, (stack: LocalStack, options: string[]) => Promise<number>> = {
  async preview(stack) {
    const { code } = await stack.pulumi.show(["preview", ...stack.policyArguments()], (line) => !line.startsWith(" @"));
    return code;
  },

  async backup(stack) {
    for (const database of (await stack.outputs()).databases) await backupAndDrill(database);
    return 0;
  },

  async evidence(stack, options) {
    const { databases } = await stack.outputs();
    const found = await Promise.all(databases.map((database) => newestEvidence(stack, database)));
    if (options.includes("--json")) {
      say(
        JSON.stringify(
          found.map((evidence) => evidence?.predicate ?? null),
          null,
          2,
        ),
      );
    } else {
      for (const [index, evidence] of found.entries())
        say(
          evidence
            ? `${renderEvidence(evidence)}\n`
            : `${databases[index]?.database}: no drill has left evidence yet\n`,
        );
    }
    return found.every((evidence) => evidence?.predicate.passed) ? 0 : 1;
  },

  /** A shell in which pulumi, kubectl and restorable know this stack; with a command, that command alone. */
  async shell(stack, [command]) {
    const bin = commandFolder(stack.folder);
    const shell = process.env.SHELL || "/bin/sh";
    if (command === undefined) say(SHELL_HINT);
    const env = { ...stack.pulumi.env, PATH: `${bin}:${process.env.PATH}`, PULUMI_STACK: "local" };
    const { status } = spawnSync(shell, command === undefined ? [] : ["-c", command], { stdio: "inherit", env });
    return status ?? 1;
  },
};

const SHELL_HINT = `a shell of the stack local; \`exit\` leaves it. Try:
  restorable backup list --stack local
  restorable drill list --stack local
  kubectl get pods -A`;

/** A folder for PATH with the command that the build made. */
function commandFolder(folder: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const link = join(bin, "restorable");
  rmSync(link, { force: true });
  symlinkSync(join(__dirname, "..", "dist", "cli", "restorable.mjs"), link);
  return bin;
}

async function main([name = "", ...options]: string[]): Promise<number> {
  const command = COMMANDS[name];
  if (!command) throw new Error(`no command "${name}"; there are ${Object.keys(COMMANDS).join(", ")}`);
  // The lab can only be reached from inside its network.
  if (!process.env.KUBECONFIG && !process.env.RESTORABLE_LAB) return reenter([name, ...options]);
  return command(new LocalStack(stackFolder(await ownContext())), options);
}

function reenter(args: string[]): number {
  const [file, ...rest] = inLab([process.execPath, "--import", "tsx", __filename, ...args]) as [string, ...string[]];
  const env = { ...labEnv(), RESTORABLE_LAB: "1", RESTORABLE_CACHE: cacheDir };
  return spawnSync(file, rest, { stdio: "inherit", env }).status ?? 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
