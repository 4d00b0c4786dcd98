import { setTimeout as sleep } from "node:timers/promises";
import type { CoreV1Api, V1ConfigMap } from "@kubernetes/client-node";
import { apiClient, apiError, inCluster } from "../../runtime/kubernetes";

const ATTEMPTS = 8;
const TODO = "deploy the RestoreDrill again";

/** The ConfigMap's data, as it is now. */
export async function readConfigMap(namespace: string, name: string): Promise<Record<string, string>> {
  const cluster = await inCluster();
  const api = apiClient(cluster, cluster.k8s.CoreV1Api);
  const present = await read(api, namespace, name);
  return present.data ?? {};
}

/** What is to change in a ConfigMap's data; null removes a key. */
export type DataPatch = Record<string, string | null>;

/**
 * Changes what `decide` makes of the ConfigMap's present data and leaves the rest alone; undefined leaves all of it as
 * it is. Two writers at once cannot overwrite each other: the version read must still be there.
 */
export async function patchConfigMap(
  namespace: string,
  name: string,
  decide: (present: Record<string, string>) => DataPatch | undefined | Promise<DataPatch | undefined>,
): Promise<void> {
  const cluster = await inCluster();
  const { k8s } = cluster;
  const api = apiClient(cluster, k8s.CoreV1Api);
  for (let attempt = 1; ; attempt++) {
    const present = await read(api, namespace, name);
    const data = await decide(present.data ?? {});
    if (data === undefined) return;
    const body = { metadata: { resourceVersion: present.metadata?.resourceVersion }, data };
    try {
      await api.patchNamespacedConfigMap(
        { name, namespace, body },
        k8s.setHeaderOptions("Content-Type", k8s.PatchStrategy.MergePatch),
      );
      return;
    } catch (error) {
      if ((error as { code?: number }).code !== 409 || attempt === ATTEMPTS) {
        throw apiError(error, `write the evidence into the ConfigMap ${namespace}/${name}`, TODO);
      }
      await sleep(100 * attempt);
    }
  }
}

function read(api: CoreV1Api, namespace: string, name: string): Promise<V1ConfigMap> {
  return api.readNamespacedConfigMap({ name, namespace }).catch((error: unknown) => {
    throw apiError(error, `read the ConfigMap ${namespace}/${name}`, TODO);
  });
}
