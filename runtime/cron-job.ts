import type { V1CronJob, V1Job } from "@kubernetes/client-node";
import { ReportedError } from "./errors";

/** One run of a CronJob's template now. */
export interface JobRun {
  namespace: string;
  cronJob: string;
  /** The Job's name: at most 63 characters, a DNS label. */
  name: string;
  /** The container whose log tells of the run. */
  container: string;
  /** Set in every container that the template does not start as a sidecar. */
  variables: Record<string, string>;
}

/** The Job that `kubectl create job --from=cronjob/…` would make, with the variables of this run. */
export function jobFromCronJob(cronJob: V1CronJob, run: JobRun): V1Job {
  const template = cronJob.spec?.jobTemplate;
  const spec = structuredClone(template?.spec);
  const containers = spec?.template.spec?.containers ?? [];
  if (!spec || !containers.some(({ name }) => name === run.container)) {
    throw new ReportedError(
      `the CronJob ${run.namespace}/${run.cronJob} has no container named ${run.container}: it is not a ${run.container}'s; deploy the stack again`,
    );
  }
  for (const container of containers) {
    container.env = [
      ...(container.env ?? []).filter((variable) => !Object.hasOwn(run.variables, variable.name)),
      ...Object.entries(run.variables).map(([name, value]) => ({ name, value })),
    ];
  }
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: run.name,
      namespace: run.namespace,
      labels: template?.metadata?.labels,
      annotations: { ...template?.metadata?.annotations, "cronjob.kubernetes.io/instantiate": "manual" },
      // As kubectl does: the Job counts in the CronJob's history, and goes when the CronJob goes.
      ownerReferences: cronJob.metadata?.uid
        ? [{ apiVersion: "batch/v1", kind: "CronJob", name: run.cronJob, uid: cronJob.metadata.uid, controller: true }]
        : undefined,
    },
    spec,
  };
}

/** A Job's name that tells its CronJob and its `suffix`: of the CronJob's name as much is kept as fits. */
export function jobNameOf(cronJob: string, suffix: string): string {
  const end = suffix.toLowerCase().replace(/[^a-z0-9-]/g, "");
  return `${cronJob.slice(0, 62 - end.length).replace(/-+$/, "")}-${end}`;
}
