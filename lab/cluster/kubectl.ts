import { join } from "node:path";
import { binDir, kubeconfig } from "../paths";
import { type RunOptions, type RunResult, run, tryRun } from "../run";
import { inNetns } from "./netns";

/** A Kubernetes cluster that the platform is put on: the lab's, or one of your own. */
export interface KubectlTarget {
  /** argv of kubectl with what it takes to reach the cluster. */
  readonly kubectl: readonly string[];
}

export const labCluster: KubectlTarget = {
  kubectl: inNetns([join(binDir, "kubectl"), `--kubeconfig=${kubeconfig}`]),
};

export function kubectl(target: KubectlTarget, args: readonly string[], options?: RunOptions): Promise<string> {
  return run([...target.kubectl, ...args], options);
}

export function tryKubectl(target: KubectlTarget, args: readonly string[], options?: RunOptions): Promise<RunResult> {
  return tryRun([...target.kubectl, ...args], options);
}

/** A manifest in the form that kubectl reads. */
export type Manifest = { apiVersion: string; kind: string } & Record<string, unknown>;

/** Server-side apply: what is as declared already stays untouched, so it may be repeated at will. */
export async function apply(target: KubectlTarget, manifests: readonly Manifest[]): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  await kubectl(target, ["apply", "--server-side", "--force-conflicts", "--field-manager=restorable-lab", "-f", "-"], {
    input: JSON.stringify(list),
  });
}
