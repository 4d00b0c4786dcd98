import { apiClient, apiError, inCluster } from "../../runtime/kubernetes";

/** When Kubernetes was asked for the pod `name`, by the API server's clock, to the second. */
export async function podCreatedAt(namespace: string, name: string): Promise<Date | undefined> {
  const cluster = await inCluster();
  const api = apiClient(cluster, cluster.k8s.CoreV1Api);
  const pod = await api.readNamespacedPod({ namespace, name }).catch((error: unknown) => {
    throw apiError(error, `read the pod ${namespace}/${name}`, "deploy the RestoreDrill again");
  });
  const created = pod.metadata?.creationTimestamp;
  return created === undefined ? undefined : new Date(created);
}
