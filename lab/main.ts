import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Command } from "commander";
import { inLab, labEnv } from "./cluster/env";
import { isRunning } from "./cluster/processes";
import { LabError, messageOf } from "./errors";
import { labClean, labDown, labImages, labStatus, labTools, labUp } from "./lab";
import { say } from "./report";
import { endRunning } from "./run";
import { zabbixSql } from "./sample/zabbix";

const program = new Command("lab")
  .description("A single-node Kubernetes on this machine, with CloudNativePG and an S3 store.")
  .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage; `status` gives 3 when the lab is not up.")
  .enablePositionalOptions()
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command("up")
  .description("make and start what is missing of the lab; safe to repeat")
  .option("--agent <path>", "the folder with the agent's bundle, to make its image from")
  .action((options: { agent?: string }) => labUp(options));

program
  .command("tools")
  .description("build the tools only (about 20 minutes on 2 cores, once)")
  .action(async () => void (await labTools()));

program
  .command("images")
  .description("make the pods' images, and give them to the lab if it runs")
  .option("--agent <path>", "the folder with the agent's bundle, to make its image from")
  .action((options: { agent?: string }) => labImages(options));

program
  .command("down")
  .description("stop what the lab started; data is kept")
  .action(() => labDown());

program
  .command("clean")
  .description("stop the lab and remove its data; built tools and images are kept")
  .option("--all", "remove built tools, images and samples too")
  .action((options: { all?: boolean }) => labClean(options));

program
  .command("status")
  .description("what runs")
  .option("--json", "as JSON")
  .action(async (options: { json?: boolean }) => {
    const status = await labStatus();
    if (options.json) say(JSON.stringify(status, undefined, 2));
    else {
      for (const [name, runs] of Object.entries({ ...status.processes, ...status.platform })) {
        say(`${runs ? "✔" : "✖"} ${name}`);
      }
      say(status.up ? `the lab is up: KUBECONFIG=${status.kubeconfig}` : "the lab is not up");
    }
    if (!status.up) process.exitCode = 3;
  });

program
  .command("exec")
  .description("run a command in the lab's network, with its kubeconfig and tools: lab exec -- kubectl get pods -A")
  .argument("<command...>")
  .passThroughOptions()
  .action((command: string[]) => exec(command));

program
  .command("sample")
  .description("fetch the sample schema (Zabbix, from Debian) and print its path")
  .action(async () => say(await zabbixSql()));

/** The command's own exit code is the answer; its input and output are this program's. */
async function exec(command: string[]): Promise<void> {
  if (!isRunning("kube-apiserver")) throw new LabError("the lab is not up", { todo: "run `up` first" });
  const [file, ...args] = inLab(command) as [string, ...string[]];
  const child = spawn(file, args, { stdio: "inherit", env: labEnv() });
  // Ctrl-C goes to the command, which shares this terminal; this program waits for it.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => signal === "SIGTERM" && child.kill(signal));
  }
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    endRunning();
    say(`\ninterrupted: run the same command again to go on from here`);
    process.exit(128 + constants.signals[signal]);
  });
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  if (!(error instanceof LabError) && process.env.DEBUG) process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
