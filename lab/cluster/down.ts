import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { remove } from "../files";
import { containerdSocket, labDir, runDir } from "../paths";
import { step } from "../report";
import { run, tryRun, until } from "../run";
import { stopOrder } from "./components";
import { deleteNetns } from "./netns";
import { recordedNames } from "./ownership";
import { isRunning, stop } from "./processes";

const ctr = ["ctr", "-a", containerdSocket, "-n", "k8s.io"];

/** Stops what the lab started, pods included; all data stays. True when there was something to stop. */
export async function stopCluster(): Promise<boolean> {
  const { beforePods, afterPods } = stopOrder;
  const others = recordedNames().filter((name) => ![...beforePods, ...afterPods].some((known) => known === name));
  const names = [...others, ...beforePods, ...afterPods];
  if (!names.some((name) => isRunning(name)) && shims().length === 0) return false;
  for (const name of [...others, ...beforePods]) await stopOne(name);
  if (isRunning("containerd")) await step("pods stopped", stopPods);
  for (const name of afterPods) await stopOne(name);
  await endShims();
  return true;
}

async function stopOne(name: string): Promise<void> {
  // The API server waits long for watches to end that nobody ends any more; etcd keeps what it has written.
  const graceMs = name === "kube-apiserver" ? 3_000 : 15_000;
  if (isRunning(name)) await step(`${name} stopped`, async () => void (await stop(name, graceMs)));
  else await stop(name);
}

/**
 * kubelet is gone by now, so nothing starts them again. SIGTERM first: PostgreSQL's instance manager then shuts the
 * server down as it should.
 */
async function stopPods(): Promise<void> {
  const tasks = async () => (await run([...ctr, "tasks", "list"])).split("\n").slice(1).filter(Boolean);
  const idsOf = (lines: string[], status: RegExp) =>
    lines.filter((line) => status.test(line)).map((line) => line.split(/\s+/)[0] as string);
  const kill = (id: string, signal: string) => tryRun([...ctr, "tasks", "kill", "-s", signal, id]);
  await Promise.all(idsOf(await tasks(), /RUNNING/).map((id) => kill(id, "SIGTERM")));
  const ended = async () => idsOf(await tasks(), /RUNNING/).length === 0;
  await until("pods to end", ended, { timeoutMs: 15_000 }).catch(() => undefined);
  await Promise.all(idsOf(await tasks(), /RUNNING/).map((id) => kill(id, "SIGKILL")));
  await until("pods to end after SIGKILL", ended, { timeoutMs: 10_000 });
  const networks = await podNetworks();
  // A task that is deleted takes its shim with it.
  await Promise.all(idsOf(await tasks(), /./).map((id) => tryRun([...ctr, "tasks", "delete", id])));
  for (const name of networks) await tryRun(["ip", "netns", "delete", name]);
}

/** Names of the pods' network namespaces, as their containers' specifications have them. */
async function podNetworks(): Promise<Set<string>> {
  const ids = (await run([...ctr, "containers", "list", "-q"])).split("\n").filter(Boolean);
  const infos = await Promise.all(ids.map((id) => tryRun([...ctr, "containers", "info", id])));
  const paths = infos.flatMap(({ stdout }) => stdout.match(/\/run\/netns\/cni-[0-9a-f-]+/g) ?? []);
  return new Set(paths.map((path) => path.replace(/^.*\//, "")));
}

/** Shims of the lab's own containerd: they name its socket, which no other containerd has. */
function shims(): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return argv[0]?.includes("containerd-shim") && argv.includes(containerdSocket);
      } catch {
        return false; // ended meanwhile
      }
    })
    .map(Number);
}

async function endShims(): Promise<void> {
  for (const pid of shims()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // ended meanwhile
    }
  }
}

/** Removes the lab's data: cluster state, volumes, certificates, logs, credentials. The lab must be down. */
export async function removeData(): Promise<void> {
  await unmountBelow([labDir, runDir]);
  await deleteNetns();
  removeLogLinks();
  remove(runDir);
  remove(labDir);
}

/** kubelet links pods' logs from a folder that no setting moves. */
function removeLogLinks(): void {
  const folder = "/var/log/containers";
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { withFileTypes: true })) {
    const link = join(folder, name.name);
    if (name.isSymbolicLink() && readlinkSync(link).startsWith(`${labDir}/`)) remove(link);
  }
}

async function unmountBelow(folders: readonly string[]): Promise<void> {
  const mounted = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1]?.replace(/\\040/g, " ") ?? "")
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)));
  for (const path of mounted.reverse()) await tryRun(["umount", "--lazy", path]);
}
