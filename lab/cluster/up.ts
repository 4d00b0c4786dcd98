import { nodeName } from "../paths";
import { step } from "../report";
import { until } from "../run";
import { allComponents, components } from "./components";
import { writeConfigs } from "./configs";
import { apply, labCluster, type Manifest, tryKubectl } from "./kubectl";
import { localPathManifests } from "./local-path";
import { ensureNetns } from "./netns";
import { ensurePki } from "./pki";
import { checkAlive, ensureRunning, isRunning, type ProcessSpec } from "./processes";

export interface LabImages {
  pause: string;
  busybox: string;
}

/** Starts what of the single-node cluster does not run, and waits until its node is ready. Gives what it started. */
export async function ensureCluster(images: LabImages): Promise<string[]> {
  const all = allComponents(images);
  const before = all.filter(({ name }) => isRunning(name)).length;
  await ensureNetns();
  await ensurePki();
  writeConfigs(images.pause);
  const parts = components(images);
  const started: string[] = [];
  const start = async (specs: readonly ProcessSpec[]) => {
    for (const spec of specs) if (await ensureRunning(spec)) started.push(spec.name);
  };

  await start(parts.foundation);
  await start(parts.apiserver);
  if (started.length > 0) {
    await step("API server answers", () => apiServerAnswers(all.filter(({ name }) => isRunning(name))));
  }
  await start(parts.controllers);
  if (started.length > 0) {
    await step("node is registered", () => nodeRegistered(parts.controllers));
    await apply(labCluster, localPathManifests(images.busybox) as Manifest[]);
  }
  await start(parts.addons);
  if (started.length === 0) return [];
  await step(
    `node is ready: Kubernetes ${before > 0 ? `with ${started.join(", ")} started again` : "is up"}`,
    async () => {
      await nodeReady(parts.controllers);
      checkAlive(all);
    },
  );
  return started;
}

async function apiServerAnswers(specs: readonly ProcessSpec[]): Promise<void> {
  await until(
    "the API server to answer /readyz",
    async () => {
      checkAlive(specs);
      const { code, stdout, stderr } = await tryKubectl(labCluster, ["get", "--raw", "/readyz"]);
      return (code === 0 && stdout.includes("ok")) || stderr.trim();
    },
    { timeoutMs: 90_000, todo: "read kube-apiserver.log and etcd.log in the lab's logs folder" },
  );
}

async function nodeRegistered(specs: readonly ProcessSpec[]): Promise<void> {
  await until(
    "kubelet to register the node",
    async () => {
      await startAgain(specs);
      const { code, stderr } = await tryKubectl(labCluster, ["get", "node", nodeName]);
      return code === 0 || stderr.trim();
    },
    { timeoutMs: 60_000, todo: "read kubelet.log in the lab's logs folder" },
  );
}

/** kubelet gives up where containerd is still looking through what was there before it was killed: then once more. */
async function startAgain(specs: readonly ProcessSpec[]): Promise<void> {
  for (const spec of specs) await ensureRunning(spec);
}

async function nodeReady(specs: readonly ProcessSpec[]): Promise<void> {
  const condition = `jsonpath={.status.conditions[?(@.type=="Ready")]['status','message']}`;
  await until(
    "the node to be ready",
    async () => {
      await startAgain(specs);
      // What the node's status says may be from before a restart; kubelet itself answers only when it runs.
      const kubelet = await tryKubectl(labCluster, ["get", "--raw", `/api/v1/nodes/${nodeName}/proxy/healthz`]);
      if (kubelet.code !== 0) return kubelet.stderr.trim();
      const { stdout, stderr } = await tryKubectl(labCluster, ["get", "node", nodeName, "-o", condition]);
      return stdout.startsWith("True") || stdout || stderr.trim();
    },
    { timeoutMs: 90_000, todo: "read kubelet.log and containerd.log in the lab's logs folder" },
  );
}
