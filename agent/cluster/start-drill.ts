import type { V1CronJob, V1Job } from "@kubernetes/client-node";
import { RUN_VARIABLES } from "../../model/job-config";
import { jobFromCronJob, jobNameOf } from "../../runtime/cron-job";
import { apiClient, apiError, type Cluster } from "../../runtime/kubernetes";

/** The container of a drill's pod that runs the agent. */
const DRILL_CONTAINER = "drill";

export interface StartedDrill {
  job: string;
  /** The Job was there already: a drill of this backup was asked for before. */
  before: boolean;
}

/** Starts the drill of backup `backupId`: a Job from the CronJob's template, whose name follows from the id. */
export async function startDrill(
  cluster: Cluster,
  namespace: string,
  cronJobName: string,
  backupId: string,
): Promise<StartedDrill> {
  const api = apiClient(cluster, cluster.k8s.BatchV1Api);
  const cronJob = await api.readNamespacedCronJob({ name: cronJobName, namespace }).catch((error: unknown) => {
    throw apiError(error, `read the CronJob ${namespace}/${cronJobName}`, "deploy the RestoreDrill again");
  });
  const body = drillJob(cronJob, namespace, cronJobName, backupId);
  const job = body.metadata?.name ?? "";
  try {
    await api.createNamespacedJob({ namespace, body });
    return { job, before: false };
  } catch (error) {
    if (isThere(error)) return { job, before: true };
    throw apiError(error, `create the Job ${namespace}/${job}`, "look at the namespace's quota and its events");
  }
}

/** Kubernetes answers 409 to a name that is taken, and to other conflicts as well: the reason tells them apart. */
function isThere(error: unknown): boolean {
  const { code, body } = error as { code?: number; body?: unknown };
  return code === 409 && /"?AlreadyExists"?/.test(typeof body === "string" ? body : (JSON.stringify(body) ?? ""));
}

/** The Job that drills backup `backupId`. */
export function drillJob(cronJob: V1CronJob, namespace: string, cronJobName: string, backupId: string): V1Job {
  return jobFromCronJob(cronJob, {
    namespace,
    cronJob: cronJobName,
    name: drillJobName(cronJobName, backupId),
    container: DRILL_CONTAINER,
    variables: { [RUN_VARIABLES.backupId]: backupId, [RUN_VARIABLES.trigger]: "after-backup" },
  });
}

/** The backup's time and random part are kept, the CronJob's name is cut. */
export function drillJobName(cronJobName: string, backupId: string): string {
  return jobNameOf(cronJobName, backupId);
}
