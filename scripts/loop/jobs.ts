import { tryRun } from "../../lab/run";
import { RUN_VARIABLES } from "../../model/job-config";
import { getObject, kubectl, listObjects, type Meta, type Pod } from "./kubectl";
import { eventually } from "./settled";

/** Jobs made from the CronJobs that the stack declares: how a backup or a drill is run on demand. */

interface EnvironmentVariable {
  name: string;
  value?: string;
}

interface PodTemplate {
  spec: {
    containers: { name: string; image: string; env?: EnvironmentVariable[] }[];
    initContainers?: { name: string; image: string }[];
  };
}

export interface JobSpec {
  template: PodTemplate;
  backoffLimit?: number;
}

export interface Job {
  metadata: Meta;
  spec: JobSpec;
  status: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

interface CronJob {
  metadata: Meta;
  spec: { jobTemplate: { metadata?: { labels?: Record<string, string> }; spec: JobSpec } };
}

export interface FinishedJob {
  name: string;
  succeeded: boolean;
  /** What its containers printed. */
  logs: string;
}

/** Makes a Job named `name` from the CronJob's template; `change` may alter it first (a test's fault, a run's variables). */
export async function startJob(
  namespace: string,
  cronJob: string,
  name: string,
  change: (spec: JobSpec) => void = () => {},
): Promise<void> {
  const template = await getObject<CronJob>(namespace, "cronjob", cronJob);
  if (!template) throw new Error(`there is no CronJob ${namespace}/${cronJob}: deploy the stack first (make up)`);
  const spec = structuredClone(template.spec.jobTemplate.spec);
  change(spec);
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace,
      labels: template.spec.jobTemplate.metadata?.labels,
      annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
    },
    spec,
  };
  await kubectl(["create", "-f", "-"], { input: JSON.stringify(job) });
}

/** Sets a variable on a container of the Job. */
export function setVariable(spec: JobSpec, container: string, name: string, value: string): void {
  const target = spec.template.spec.containers.find((c) => c.name === container);
  if (!target) throw new Error(`the Job has no container "${container}"`);
  target.env = [...(target.env ?? []).filter((v) => v.name !== name), { name, value }];
}

/** Waits until the Job has ended, well or not. */
export async function finishJob(
  namespace: string,
  name: string,
  timeoutSeconds = 600,
  pollMs = 500,
): Promise<FinishedJob> {
  const ended = async () => {
    const job = await getObject<Job>(namespace, "job", name);
    return job?.status.conditions?.find((c) => ["Complete", "Failed"].includes(c.type) && c.status === "True");
  };
  const end = await eventually(`Job ${namespace}/${name} to end`, ended, timeoutSeconds, pollMs);
  return { name, succeeded: end.type === "Complete", logs: await jobLogs(namespace, name) };
}

/** The Job that drills the backup `backupId`, as it is started when the backup asks for it. */
export async function findDrillJob(namespace: string, backupId: string, timeoutSeconds = 60): Promise<string> {
  const names = (job: Job) =>
    job.spec.template.spec.containers.some((container) =>
      container.env?.some(({ name, value }) => name === RUN_VARIABLES.backupId && value === backupId),
    );
  const find = async () => (await listObjects<Job>(namespace, "jobs")).find(names);
  const job = await eventually(`a drill of backup ${backupId} in ${namespace}`, find, timeoutSeconds);
  return job.metadata.name;
}

async function jobLogs(namespace: string, job: string): Promise<string> {
  const pods = await listObjects<Pod>(namespace, "pods", `batch.kubernetes.io/job-name=${job}`);
  const logs: string[] = [];
  for (const pod of pods.sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp))) {
    for (const container of pod.spec.containers) {
      const { stdout, stderr } = await tryRun([
        "kubectl",
        "-n",
        namespace,
        "logs",
        pod.metadata.name,
        "-c",
        container.name,
      ]);
      logs.push(stdout || stderr);
    }
  }
  return logs.join("\n");
}

/** A Job name that is free, since it ends in the time. */
export function jobName(cronJob: string, suffix: string): string {
  return `${cronJob.slice(0, 63 - suffix.length - 10)}-${suffix}-${Date.now().toString(36)}`;
}
