import type { PolicyResource } from "@pulumi/policy";
import { kubernetesJobs } from "../../../../../policies/recognizers/jobs/kubernetes-jobs";
import type { Backup, Bucket, Database } from "../../../../../policies/stack/facts";
import { custom } from "../support/operators";
import { factsOf } from "../support/tools";

/** Raw Jobs and CronJobs in the namespace `app`, and what is found in a stack of them. */

export const CRON_JOB_URN = "urn:pulumi:production::shop::kubernetes:batch/v1:CronJob::nightly";
export const POD = "spec.jobTemplate.spec.template.spec";

interface More {
  /** Of the pod, beside its containers. */
  pod?: object;
  /** Of the CronJob's `spec`, beside its template. */
  spec?: object;
  /** Of the Job's `spec`, beside its template. */
  job?: object;
  metadata?: object;
  parent?: PolicyResource;
  /** Resources from which it was made. */
  from?: PolicyResource[];
}

/** A CronJob whose pod has this container, every night at two. */
export function cronJob(container: unknown, { pod = {}, spec = {}, job = {}, ...more }: More = {}): PolicyResource {
  const template = { spec: { containers: [container], ...pod } };
  return custom(
    "batch/v1:CronJob",
    "nightly",
    { schedule: "0 2 * * *", jobTemplate: { spec: { template, ...job } }, ...spec },
    more,
  );
}

/** A container that runs `script` in a shell, with these variables. */
export function shell(script: unknown, env: unknown = []): object {
  return { name: "main", image: "registry.example.com/tools:1", command: ["sh", "-c", script], env };
}

/** The backups in a stack of `resources`. */
export function backupsIn(
  resources: PolicyResource[],
  more: { buckets?: Bucket[]; databases?: Database[] } = {},
): Backup[] {
  return factsOf(kubernetesJobs, resources, more).backups.filter(({ urn }) =>
    /:(CronJob|Job|Deployment|StatefulSet)(Patch)?::/.test(urn),
  );
}

/** The only backup in a stack of `resources`. */
export function backupIn(
  resources: PolicyResource[],
  more: { buckets?: Bucket[]; databases?: Database[] } = {},
): Backup {
  const [backup, ...others] = backupsIn(resources, more);
  if (!backup || others.length > 0) throw new Error(`${others.length + (backup ? 1 : 0)} backups instead of one`);
  return backup;
}

/** The backup that a CronJob with this script makes, by itself in its stack. */
export const scripted = (script: unknown, env: unknown = [], more: More = {}) =>
  backupIn([cronJob(shell(script, env), more)]);
