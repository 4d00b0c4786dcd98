import type { V1CronJob, V1Job } from "@kubernetes/client-node";
import { RUN_VARIABLES } from "../../model/job-config";
import { ReportedError } from "../../runtime/errors";
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

/** The Job that `kubectl create job --from=cronjob/…` would make, with the variables of this run. */
export function drillJob(cronJob: V1CronJob, namespace: string, cronJobName: string, backupId: string): V1Job {
  const template = cronJob.spec?.jobTemplate;
  const spec = structuredClone(template?.spec);
  const container = spec?.template.spec?.containers.find((c) => c.name === DRILL_CONTAINER);
  if (!spec || !container) {
    throw new ReportedError(
      `the CronJob ${namespace}/${cronJobName} has no container named ${DRILL_CONTAINER}: it is not a drill's; deploy the RestoreDrill again`,
    );
  }
  const variables = { [RUN_VARIABLES.backupId]: backupId, [RUN_VARIABLES.trigger]: "after-backup" };
  container.env = [
    ...(container.env ?? []).filter((variable) => !Object.hasOwn(variables, variable.name)),
    ...Object.entries(variables).map(([name, value]) => ({ name, value })),
  ];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: drillJobName(cronJobName, backupId),
      namespace,
      labels: template?.metadata?.labels,
      annotations: { ...template?.metadata?.annotations, "cronjob.kubernetes.io/instantiate": "manual" },
      // As kubectl does: the Job counts in the CronJob's history, and goes when the CronJob goes.
      ownerReferences: cronJob.metadata?.uid
        ? [{ apiVersion: "batch/v1", kind: "CronJob", name: cronJobName, uid: cronJob.metadata.uid, controller: true }]
        : undefined,
    },
    spec,
  };
}

/** At most 63 characters, a DNS label. The backup's time and random part are kept, the CronJob's name is cut. */
export function drillJobName(cronJobName: string, backupId: string): string {
  const suffix = backupId.toLowerCase().replace(/[^a-z0-9-]/g, "");
  return `${cronJobName.slice(0, 62 - suffix.length).replace(/-+$/, "")}-${suffix}`;
}
