import { setTimeout as sleep } from "node:timers/promises";
import type { CoreV1Api, V1ConfigMap } from "@kubernetes/client-node";
import { apiClient, apiError, inCluster, isPassing } from "../../runtime/kubernetes";

const TODO = "deploy the RestoreDrill again";

/** The ConfigMap's data, as it is now. */
export async function readConfigMap(namespace: string, name: string): Promise<Record<string, string>> {
  const { read } = await configMapApi(namespace, name);
  return (await patiently(read, `read the ConfigMap ${namespace}/${name}`)).data ?? {};
}

/** What is to change in a ConfigMap's data; null removes a key. */
export type DataPatch = Record<string, string | null>;

/** One ConfigMap, as the API server gives and takes it. */
export interface ConfigMapApi {
  read(): Promise<V1ConfigMap>;
  patch(body: object): Promise<unknown>;
}

export interface Patience {
  /** How long an API server that is away is waited for: it is restarted now and then, and elects a leader. */
  awayMs: number;
  pauseMs: number;
  /** How often a version is read anew that somebody else has changed. */
  conflicts: number;
}

const PATIENCE: Patience = { awayMs: 120_000, pauseMs: 1000, conflicts: 8 };

/**
 * Changes what `decide` makes of the ConfigMap's present data and leaves the rest alone; undefined leaves all of it as
 * it is. Two writers at once cannot overwrite each other: the version read must still be there. `decide` is asked again when
 * an answer was lost, and may then find its own change there.
 */
export async function patchConfigMap(
  namespace: string,
  name: string,
  decide: (present: Record<string, string>) => DataPatch | undefined | Promise<DataPatch | undefined>,
): Promise<void> {
  return patchData(await configMapApi(namespace, name), `${namespace}/${name}`, decide);
}

export async function patchData(
  api: ConfigMapApi,
  where: string,
  decide: (present: Record<string, string>) => DataPatch | undefined | Promise<DataPatch | undefined>,
  patience = PATIENCE,
): Promise<void> {
  const write = `write the evidence into the ConfigMap ${where}`;
  const end = Date.now() + patience.awayMs;
  for (let conflicts = 0; ; ) {
    const present = await patiently(() => api.read(), `read the ConfigMap ${where}`, patience, end);
    const data = await decide(present.data ?? {});
    if (data === undefined) return;
    const body = { metadata: { resourceVersion: present.metadata?.resourceVersion }, data };
    try {
      await api.patch(body);
      return;
    } catch (error) {
      const conflict = (error as { code?: unknown }).code === 409 && ++conflicts < patience.conflicts;
      if (!conflict && !(isPassing(error) && Date.now() < end)) throw apiError(error, write, TODO);
      await sleep(conflict ? 100 * conflicts : patience.pauseMs);
    }
  }
}

/** The answer of `call`, which changes nothing and is made again while the API server is away. */
async function patiently<T>(
  call: () => Promise<T>,
  action: string,
  { awayMs, pauseMs } = PATIENCE,
  end = Date.now() + awayMs,
): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) || Date.now() >= end) throw apiError(error, action, TODO);
      await sleep(pauseMs);
    }
  }
}

async function configMapApi(namespace: string, name: string): Promise<ConfigMapApi> {
  const cluster = await inCluster();
  const { k8s } = cluster;
  const api: CoreV1Api = apiClient(cluster, k8s.CoreV1Api);
  const headers = k8s.setHeaderOptions("Content-Type", k8s.PatchStrategy.MergePatch);
  return {
    read: () => api.readNamespacedConfigMap({ name, namespace }),
    patch: (body) => api.patchNamespacedConfigMap({ name, namespace, body }, headers),
  };
}
