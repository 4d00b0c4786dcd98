import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type RunResult, run, tryRun } from "../../lab/run";
import { pendingOperations, repairInterrupted } from "./interrupted";
import { kubectl } from "./kubectl";
import { clearDeadLocks } from "./stack-lock";

/** A stack on a local backend, run by the real command: its state, settings and passphrase are in one folder. */
export interface StackLocation {
  /** Where state and passphrase are kept. */
  folder: string;
  stack: string;
  /** The folder of Pulumi.yaml. */
  program: string;
  /** The stack's settings with its encrypted secrets: outside the repository, which `make up` leaves as it is. */
  configFile: string;
}

export class PulumiStack {
  /** What a `pulumi` of its own would need to find this stack. */
  readonly env: NodeJS.ProcessEnv;

  constructor(
    readonly location: StackLocation,
    extraEnvironment: Record<string, string> = {},
  ) {
    const { folder } = location;
    mkdirSync(join(folder, "state"), { recursive: true, mode: 0o700 });
    const passphraseFile = join(folder, "passphrase");
    if (!existsSync(passphraseFile))
      writeFileSync(passphraseFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    this.env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The lab's providers are on PATH; elsewhere Pulumi fetches them.
      ...(existsSync(join(process.env.RESTORABLE_CACHE ?? "", "bin", "pulumi-resource-kubernetes")) && {
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_IGNORE_AMBIENT_PLUGINS: "false",
      }),
      ...extraEnvironment,
    };
  }

  private arguments(command: string[]): string[] {
    const { stack, program, configFile } = this.location;
    const config = ["up", "preview", "config", "destroy", "refresh"].includes(command[0] ?? "")
      ? ["--config-file", configFile]
      : [];
    return [
      "pulumi",
      ...command,
      "--cwd",
      program,
      "--stack",
      stack,
      "--non-interactive",
      "--color",
      "never",
      ...config,
    ];
  }

  /**
   * Makes the stack when there is none yet. `stack init` writes the salt of the stack's encryption beside the project's
   * settings, which are the repository's: so it is run for a project of the same name in a folder of its own.
   */
  async ensure(): Promise<void> {
    const { folder, stack, program, configFile } = this.location;
    const { code } = await tryRun(["pulumi", "stack", "--show-name", "--stack", stack, "--cwd", program], {
      env: this.env,
    });
    if (code === 0 && existsSync(configFile)) return;
    const project = join(folder, "project");
    mkdirSync(project, { recursive: true });
    const { name } = parse(readFileSync(join(program, "Pulumi.yaml"), "utf8")) as { name: string };
    writeFileSync(join(project, "Pulumi.yaml"), stringify({ name, runtime: "nodejs" }));
    if (code !== 0) {
      const init = ["pulumi", "stack", "init", stack, "--cwd", project, "--non-interactive", "--no-select"];
      await run(init, { env: this.env });
    }
    copyFileSync(join(project, `Pulumi.${stack}.yaml`), configFile);
  }

  /** A secret setting. It goes through standard input: arguments can be seen by every process of the machine. */
  async setSecret(key: string, value: string): Promise<void> {
    await run(this.arguments(["config", "set", key, "--secret"]), { env: this.env, input: value });
  }

  /** A Pulumi that was killed, as by Ctrl-C pressed twice, leaves its lock: it must not stand in the way of the next. */
  private unlock([command = ""]: string[]): void {
    const { folder, stack } = this.location;
    if (["up", "destroy", "refresh", "import"].includes(command)) clearDeadLocks(join(folder, "state"), stack);
  }

  /** Nor must what it had begun, of which its state does not say how it ended. */
  private async repair([command = ""]: string[]): Promise<void> {
    if (command !== "up" && command !== "destroy") return;
    const { folder, stack } = this.location;
    await repairInterrupted(pendingOperations(join(folder, "state"), stack), {
      refresh: async () => {
        const refresh = this.arguments(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
        await run(refresh, { env: this.env });
      },
      deleteJob: async ({ namespace, name }) => {
        await kubectl(["-n", namespace, "delete", "job", name, "--ignore-not-found", "--wait"], { env: this.env });
      },
    });
  }

  /** Runs the command and gives all that it printed, whatever its exit code is. */
  async tryCommand(command: string[]): Promise<RunResult & { output: string }> {
    this.unlock(command);
    await this.repair(command);
    const result = await tryRun(this.arguments(command), { env: this.env });
    return { ...result, output: `${result.stdout}\n${result.stderr}` };
  }

  /** Runs the command, showing what it prints line by line while it runs, indented. Gives its exit code and output. */
  async show(
    command: string[],
    keep: (line: string) => boolean = () => true,
  ): Promise<{ code: number; output: string }> {
    this.unlock(command);
    await this.repair(command);
    const [file, ...args] = this.arguments(command) as [string, ...string[]];
    const child = spawn(file, args, { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let line = "";
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      line += chunk.toString();
      const lines = line.split("\n");
      line = lines.pop() ?? "";
      for (const complete of lines) if (keep(complete)) process.stdout.write(`    ${complete}\n`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit) => resolve(exit ?? 1));
    });
    return { code, output };
  }

  async outputs<T>(): Promise<T> {
    return JSON.parse(await run(this.arguments(["stack", "output", "--json"]), { env: this.env })) as T;
  }
}
