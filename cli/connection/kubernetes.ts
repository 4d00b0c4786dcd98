import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { messageOf } from "../../runtime/errors";
import { apiClient, apiError } from "../../runtime/kubernetes";
import { badInput } from "../command";
import type { Cluster, JobPod } from "./cluster";

/** The cluster of the kubeconfig: KUBECONFIG, or ~/.kube/config, as kubectl finds it. */
export async function openCluster(context: string | undefined, signal: AbortSignal): Promise<Cluster> {
  const k8s = await import("@kubernetes/client-node");
  const config = new k8s.KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw badInput(`the kubeconfig cannot be read: ${messageOf(error)}; set KUBECONFIG`);
  }
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context))
      throw badInput(`the kubeconfig has no context ${context}; it has ${names.join(", ") || "none"}`);
    config.setCurrentContext(context);
  }
  const name = config.getCurrentContext();
  if (!config.getCurrentCluster()) throw badInput("the kubeconfig has no current context; give --context");
  const core = apiClient({ k8s, config, signal }, k8s.CoreV1Api);
  const batch = apiClient({ k8s, config, signal }, k8s.BatchV1Api);

  /** What `call` gives; undefined when there is no such thing. */
  async function ifThere<T>(action: string, call: Promise<T>): Promise<T | undefined> {
    try {
      return await call;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return undefined;
      throw refused(error, action);
    }
  }
  const refused = (error: unknown, action: string) =>
    apiError(
      error,
      action,
      `look at the cluster of context ${name}, and at what you may do there (kubectl auth can-i)`,
    );

  return {
    name,
    async secret(namespace, secret) {
      const found = await ifThere(
        `read the Secret ${namespace}/${secret}`,
        core.readNamespacedSecret({ namespace, name: secret }),
      );
      if (!found) return undefined;
      const entries = Object.entries(found.data ?? {});
      return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]));
    },
    cronJob: (namespace, cronJob) =>
      ifThere(`read the CronJob ${namespace}/${cronJob}`, batch.readNamespacedCronJob({ namespace, name: cronJob })),
    async createJob(job) {
      const { namespace = "", name: jobName } = job.metadata ?? {};
      await batch.createNamespacedJob({ namespace, body: job }).catch((error: unknown) => {
        throw refused(error, `create the Job ${namespace}/${jobName}`);
      });
    },
    async jobEnd(namespace, job) {
      const found = await ifThere(
        `read the Job ${namespace}/${job}`,
        batch.readNamespacedJob({ namespace, name: job }),
      );
      if (!found) return { succeeded: false, reason: "it was deleted" };
      const end = found.status?.conditions?.find((c) => ["Complete", "Failed"].includes(c.type) && c.status === "True");
      return end && { succeeded: end.type === "Complete", reason: end.message };
    },
    async jobPods(namespace, job, container) {
      const { items } = await core
        .listNamespacedPod({ namespace, labelSelector: `batch.kubernetes.io/job-name=${job}` })
        .catch((error: unknown) => {
          throw refused(error, `list the pods of the Job ${namespace}/${job}`);
        });
      const age = (pod: V1Pod) => pod.metadata?.creationTimestamp?.getTime() ?? 0;
      return items.sort((a, b) => age(a) - age(b)).map((pod) => podState(pod, container));
    },
    async whyNoPod(namespace, job) {
      const fieldSelector = `involvedObject.kind=Job,involvedObject.name=${job},reason=FailedCreate`;
      // Whoever may run Jobs may not have to see events: then the Job's own end tells what there is to tell.
      const found = await core.listNamespacedEvent({ namespace, fieldSelector }).catch(() => undefined);
      const time = (event: CoreV1Event) =>
        event.lastTimestamp?.getTime() ?? event.metadata.creationTimestamp?.getTime() ?? 0;
      return found?.items.sort((a, b) => time(a) - time(b)).at(-1)?.message;
    },
    async podLog(namespace, pod, container) {
      const text = await ifThere(
        `read the log of the pod ${namespace}/${pod}`,
        core.readNamespacedPodLog({ namespace, name: pod, container }),
      );
      return text ?? "";
    },
  };
}

/** What the pod tells of the agent's container. */
export function podState(pod: V1Pod, container: string): JobPod {
  const state = pod.status?.containerStatuses?.find((c) => c.name === container)?.state;
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const waiting = all.map((c) => c.state?.waiting).find((w) => w?.reason && w.reason !== "PodInitializing");
  const unscheduled = pod.status?.conditions?.find((c) => c.type === "PodScheduled" && c.status === "False");
  const why = waiting ?? unscheduled;
  const text = [why?.reason, why?.message].filter(Boolean).join(": ");
  return {
    name: pod.metadata?.name ?? "",
    started: Boolean(state?.running || state?.terminated),
    ...(text === "" || why?.reason === "ContainerCreating" ? {} : { waitsFor: text }),
    ...(state?.terminated ? { exitCode: state.terminated.exitCode } : {}),
  };
}
