import { createServer, type Server } from "node:net";
import { KubeConfig, PortForward } from "@kubernetes/client-node";
import { LabError, messageOf } from "../../lab/errors";
import { instanceTroubles } from "./instances";
import { getObject, listObjects, type Pod } from "./kubectl";
import { eventually } from "./settled";

/**
 * A local port that leads to the primary of a CloudNativePG cluster, by the API server as `kubectl port-forward` does
 * it, but to whichever pod is the primary when a connection comes: so it can be opened before there is a cluster, and
 * outlives a failover. It is how @pulumi/postgresql reaches a database that is not exposed.
 */
export async function forwardToPrimary(namespace: string, cluster: string, port: number): Promise<Server> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const forward = new PortForward(config);
  const server = createServer((socket) => {
    // A client that goes away in mid-sentence is no news: the database sees it, too.
    socket.on("error", () => socket.destroy());
    primaryOf(namespace, cluster)
      .then((pod) => forward.portForward(namespace, pod, [5432], socket, null, socket))
      .catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(
              `port ${port} of this machine is in use: end what listens there, or choose another (access.port of the stack's settings)`,
            )
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

/** The name of the pod that is the cluster's primary now. */
export async function primaryOf(namespace: string, cluster: string): Promise<string> {
  const pods = await listObjects<Pod>(namespace, "pods", `cnpg.io/cluster=${cluster},cnpg.io/instanceRole=primary`);
  const pod = pods.find((p) => p.status.phase === "Running");
  if (!pod)
    throw new Error(
      `the cluster ${namespace}/${cluster} has no running primary; look at: kubectl -n ${namespace} get cluster,pods`,
    );
  return pod.metadata.name;
}

interface ClusterStatus {
  spec: { instances: number };
  status?: { phase?: string; readyInstances?: number };
}

/** Waits until the cluster says that all its instances are well, twice in a row: the operator needs a moment to begin. */
export async function clusterHealthy(namespace: string, cluster: string, timeoutSeconds = 900): Promise<void> {
  let times = 0;
  const healthy = async () => {
    const found = await getObject<ClusterStatus>(namespace, "clusters.postgresql.cnpg.io", cluster);
    const { phase, readyInstances } = found?.status ?? {};
    const all = phase === "Cluster in healthy state" && readyInstances === found?.spec.instances;
    times = all ? times + 1 : 0;
    return times === 2 || undefined;
  };
  const what = `the cluster ${namespace}/${cluster} to be healthy (kubectl -n ${namespace} get cluster,pods)`;
  try {
    await eventually(what, healthy, timeoutSeconds);
  } catch (error) {
    // Where the cluster cannot be asked either, that is the reason.
    const why = await instanceTroubles(namespace, cluster).then((lines) => lines.join("\n"), messageOf);
    throw new LabError(messageOf(error), { why });
  }
}
