import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { labPaths } from "../../../lab";
import type { Pod } from "../../../scripts/loop/kubectl";

/** All that is left of what any container in these namespaces printed: of thousands of pods in a moment. */
export function logsIn(...namespaces: string[]): string {
  const files = readdirSync(labPaths.podLogsDir)
    .filter((pod) => namespaces.includes(pod.split("_")[0] as string))
    .map((pod) => join(labPaths.podLogsDir, pod))
    .flatMap((pod) => readdirSync(pod, { recursive: true }).map((file) => join(pod, file.toString())))
    .filter((file) => file.endsWith(".log"));
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}

/** What is left on the node's disk of the pods' own volumes. */
export function volumesOf(pods: Pod[]): string[] {
  const root = join(labPaths.labDir, "kubelet", "pods");
  return pods
    .filter((pod) => ["Succeeded", "Failed"].includes(pod.status.phase))
    .map((pod) => join(root, pod.metadata.uid, "volumes", "kubernetes.io~empty-dir"))
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((volume) => join(folder, volume)) : []));
}
