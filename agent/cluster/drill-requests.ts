import { apiClient, apiError, type Cluster } from "../../runtime/kubernetes";
import type { Requests } from "../starter/starter";

/** The Kubernetes client gives a watch up after 30 s without a word: the API server ends it by itself before that. */
const WATCH_SECONDS = 25;

/** The requests in ConfigMap `name`, by nothing but the rights to get and to watch it. */
export function drillRequests(cluster: Cluster, namespace: string, name: string): Requests {
  const { k8s, config } = cluster;
  const api = apiClient(cluster, k8s.CoreV1Api);
  return {
    async read() {
      const map = await api.readNamespacedConfigMap({ name, namespace }).catch((error: unknown) => {
        throw apiError(error, `read the ConfigMap ${namespace}/${name}`, "deploy the RestoreDrill again");
      });
      return map.data;
    },
    async watch(changed, signal) {
      // From now on, and not from the ConfigMap's own version: that of a quiet one is soon too old to be watched from.
      const query = { fieldSelector: `metadata.name=${name}`, timeoutSeconds: WATCH_SECONDS };
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      await new Promise<void>((resolve, reject) => {
        const report = (type: string, map: { data?: unknown }) => {
          if (type === "ADDED" || type === "MODIFIED") changed(map.data);
        };
        const done = (error: unknown) => (error ? reject(error) : resolve());
        new k8s.Watch(config).watch(path, query, report, done).then((controller) => {
          if (signal.aborted) controller.abort();
          else signal.addEventListener("abort", () => controller.abort(), { once: true });
        }, reject);
      });
    },
  };
}
