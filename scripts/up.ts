import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { inLab, labEnv, labUp, zabbixSql } from "../lab";
import { messageOf } from "../lab/errors";
import { cacheDir } from "../lab/paths";
import { say, step } from "../lab/report";
import { build } from "./build";

/**
 * `make up`: the lab (unless KUBECONFIG names a cluster of your own), and in it the whole loop: stack, data, backup,
 * drill, evidence. Everything after the lab runs inside the lab's network, where the cluster can be reached.
 */
const bundle = join(__dirname, "..", "dist", "agent");

async function main(): Promise<number> {
  await step("agent and policy pack bundled", build);
  const loop = [process.execPath, "--import", "tsx", join(__dirname, "loop", "main.ts"), ...process.argv.slice(2)];
  if (process.env.KUBECONFIG) {
    say(`KUBECONFIG is set: the cluster of ${process.env.KUBECONFIG} is used, no lab is started`);
    return run(loop, process.env);
  }
  // The lab's network leads nowhere else: what the loop loads is fetched before it is entered.
  await zabbixSql();
  await labUp({ agent: bundle });
  return run(inLab(loop), { ...labEnv(), RESTORABLE_LAB: "1" });
}

function run(argv: string[], env: NodeJS.ProcessEnv): number {
  const [file, ...args] = argv as [string, ...string[]];
  const { status, error } = spawnSync(file, args, { stdio: "inherit", env: { ...env, RESTORABLE_CACHE: cacheDir } });
  if (error) throw error;
  return status ?? 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
