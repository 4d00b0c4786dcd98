import { existsSync, readFileSync } from "node:fs";
import { ensureTools } from "./build/build";
import { allComponents } from "./cluster/components";
import { removeData, stopCluster } from "./cluster/down";
import { isRunning } from "./cluster/processes";
import { ensureCluster } from "./cluster/up";
import { LabError } from "./errors";
import { remove } from "./files";
import { areImported, ensureImages, importAgentImage, importImages, knownRefs } from "./images/images";
import { readImages } from "./images/import";
import { locked } from "./lock";
import { ensurePackages } from "./packages";
import { binDir, cacheDir, imagesDir, kubeconfig, toolsDir } from "./paths";
import { availableDeployments, ensureLabPlatform } from "./platform/platform";
import { say, seconds, step } from "./report";

/** Says what a machine lacks before anything is begun. */
export function checkMachine(): void {
  if (process.platform !== "linux" || !existsSync("/etc/debian_version")) {
    throw new LabError("the lab runs on Debian only", {
      why: "it installs Debian packages",
      todo: "use a Debian 12 (or newer) machine or VM, or set KUBECONFIG to a cluster of your own",
    });
  }
  if (process.getuid?.() !== 0) {
    throw new LabError("the lab needs root", {
      why: "it makes a network namespace, mounts volumes and runs containers",
      todo: "run it as root (sudo)",
    });
  }
  if (process.arch !== "x64") {
    throw new LabError(`the lab is for x86-64, this machine is ${process.arch}`, {
      todo: "use an x86-64 machine, or set KUBECONFIG to a cluster of your own",
    });
  }
  const filesystems = readFileSync("/proc/filesystems", "utf8");
  if (!/\boverlay\b/.test(filesystems) && !existsSync("/sys/module/overlay")) {
    say("! the kernel does not list overlay: if containerd complains, run `modprobe overlay`");
  }
}

/** Debian packages and tools: all that can be had before anything runs. True when something was missing. */
export async function labTools(): Promise<boolean> {
  checkMachine();
  return locked(() => packagesAndTools({}));
}

async function packagesAndTools(options: { quietWhenCached?: boolean }): Promise<boolean> {
  if (await ensurePackages()) say("✔ Debian packages installed");
  return ensureTools(options);
}

/** The lab from nothing, or what of it is missing: packages, tools, images, cluster, platform, agent. */
export async function labUp(options: { agent?: string } = {}): Promise<void> {
  checkMachine();
  const started = performance.now();
  await locked(async () => {
    let changed = await packagesAndTools({ quietWhenCached: true });
    const known = knownRefs();
    const made = known && areImported(known) ? undefined : await ensureImages();
    const refs = known ?? knownRefs();
    if (!refs)
      throw new LabError("the images were made but are not known", { where: imagesDir, todo: "run `clean --all`" });
    const startedNow = await ensureCluster(refs);
    if (made) await importImages(made);
    changed = changed || startedNow.length > 0 || made !== undefined;
    changed = (await ensureLabPlatform(refs, startedNow.includes("kubelet"))) || changed;
    if (options.agent) changed = (await withAgent(options.agent)) || changed;
    const time = seconds(performance.now() - started);
    say(changed ? `the lab is up (${time}): KUBECONFIG=${kubeconfig}` : `the lab is up, nothing changed (${time})`);
  });
}

async function withAgent(bundle: string): Promise<boolean> {
  const before = readImages().agent;
  const ref = await importAgentImage(bundle);
  if (ref !== before) say(`✔ agent image ${ref}`);
  return ref !== before;
}

/** Makes all images and gives them to the lab if it runs. */
export async function labImages(options: { agent?: string } = {}): Promise<void> {
  await locked(async () => {
    await packagesAndTools({ quietWhenCached: true });
    const made = await ensureImages();
    if (isRunning("containerd")) await importImages(made);
    else say("the lab is down: `up` gives the images to it");
    if (options.agent) await step("agent image", async () => void (await importAgentImage(options.agent as string)));
  });
}

/** Stops what the lab started; its data stays for the next `up`. */
export async function labDown(): Promise<void> {
  checkMachine();
  await locked(async () =>
    say((await stopCluster()) ? "the lab is down, its data is kept" : "the lab was down already"),
  );
}

/** Stops the lab and removes its data; with `all` also tools, images, samples and Node.js. */
export async function labClean(options: { all?: boolean } = {}): Promise<void> {
  checkMachine();
  await locked(async () => {
    await stopCluster();
    await step("the lab's data removed", removeData);
    if (options.all)
      for (const folder of [binDir, toolsDir, imagesDir, `${cacheDir}/sample`, `${cacheDir}/go`]) remove(folder);
  });
}

export interface LabStatus {
  up: boolean;
  processes: Record<string, boolean>;
  platform: Record<string, boolean>;
  images: Record<string, string>;
  kubeconfig: string;
}

export async function labStatus(): Promise<LabStatus> {
  const names = allComponents({ busybox: "" }).map(({ name }) => name);
  const processes = Object.fromEntries(names.map((name) => [name, isRunning(name)]));
  const platform = processes["kube-apiserver"] ? await availableDeployments() : {};
  const up =
    [...Object.values(processes), ...Object.values(platform)].every(Boolean) && Object.keys(platform).length > 0;
  return { up, processes, platform, images: { ...readImages() }, kubeconfig };
}
