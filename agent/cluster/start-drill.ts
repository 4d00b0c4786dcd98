import type { V1CronJob, V1Job } from "@kubernetes/client-node";
import { RUN_VARIABLES } from "../../model/job-config";
import { jobFromCronJob, jobNameOf } from "../../runtime/cron-job";
import { apiError, inCluster } from "../../runtime/kubernetes";

/** The container of a drill's pod that runs the agent. */
const DRILL_CONTAINER = "drill";

/** Starts the drill of backup `backupId`: a Job from the CronJob's template. Gives the Job's name. */
export async function startDrill(namespace: string, cronJobName: string, backupId: string): Promise<string> {
  const { k8s, config } = await inCluster();
  const api = config.makeApiClient(k8s.BatchV1Api);
  const cronJob = await api.readNamespacedCronJob({ name: cronJobName, namespace }).catch((error: unknown) => {
    throw apiError(error, `read the CronJob ${namespace}/${cronJobName}`, "deploy the RestoreDrill again");
  });
  const job = drillJob(cronJob, namespace, cronJobName, backupId);
  await api.createNamespacedJob({ namespace, body: job }).catch((error: unknown) => {
    throw apiError(
      error,
      `create the Job ${namespace}/${job.metadata?.name}`,
      "start the drill by hand, and look at the namespace's quota",
    );
  });
  return job.metadata?.name ?? "";
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
