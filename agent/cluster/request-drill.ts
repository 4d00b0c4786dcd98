import { REQUESTED, requestsConfigMap } from "../../model/drill-request";
import { apiClient, apiError, inCluster } from "../../runtime/kubernetes";

/**
 * Asks for the drill of backup `backupId`: writes the id where RestoreDrill `drill` reads it, and nothing else. It takes
 * no more than the right to patch that one ConfigMap. Gives the ConfigMap's name.
 */
export async function requestDrill(namespace: string, drill: string, backupId: string): Promise<string> {
  const cluster = await inCluster();
  const { k8s } = cluster;
  const api = apiClient(cluster, k8s.CoreV1Api);
  const name = requestsConfigMap(drill);
  const body = { data: { [REQUESTED]: backupId } };
  const headers = k8s.setHeaderOptions("Content-Type", k8s.PatchStrategy.MergePatch);
  await api.patchNamespacedConfigMap({ name, namespace, body }, headers).catch((error: unknown) => {
    throw apiError(
      error,
      `ask for the drill in the ConfigMap ${namespace}/${name}`,
      "see that the RestoreDrill is deployed with triggers.afterBackup, and names this backup as requestedBy",
    );
  });
  return name;
}
