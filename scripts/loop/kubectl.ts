import { type RunOptions, run, tryRun } from "../../lab/run";

/** kubectl against the cluster of KUBECONFIG, as the loop's steps and the tests use it. */
export async function kubectl(args: string[], options: RunOptions = {}): Promise<string> {
  return run(["kubectl", ...args], options);
}

/** The object as the API server gives it, or undefined when there is none. */
export async function getObject<T>(namespace: string, kind: string, name: string): Promise<T | undefined> {
  const { code, stdout, stderr } = await tryRun(["kubectl", "-n", namespace, "get", kind, name, "-o", "json"]);
  if (code === 0) return JSON.parse(stdout) as T;
  if (/NotFound|not found/.test(stderr)) return undefined;
  throw new Error(`kubectl could not read ${kind} ${namespace}/${name}: ${stderr.trim()}`);
}

export async function listObjects<T>(namespace: string, kind: string, selector = ""): Promise<T[]> {
  const args = ["-n", namespace, "get", kind, "-o", "json", ...(selector ? ["-l", selector] : [])];
  return (JSON.parse(await kubectl(args)) as { items: T[] }).items;
}

export interface Meta {
  name: string;
  namespace: string;
  uid: string;
  creationTimestamp: string;
  labels?: Record<string, string>;
}

export interface Pod {
  metadata: Meta;
  spec: { containers: { name: string }[] };
  status: { phase: string; podIP?: string };
}
