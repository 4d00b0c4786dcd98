import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./labels";

/** What every component whose agent runs on a schedule declares: who its Jobs are, what they are told, and when they run. */

export interface Placement {
  namespace: string;
  labels: Record<string, string>;
}

/** Who the Jobs are. Pods get its token only where they ask for it (tokenMount). */
export function agentServiceAccount(
  name: string,
  { namespace, labels }: Placement,
  annotations: k8s.types.input.meta.v1.ObjectMeta["annotations"],
  parent: pulumi.Resource,
): k8s.core.v1.ServiceAccount {
  const metadata = { name, namespace, labels, annotations };
  return new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken: false }, { parent });
}

/** What the Jobs are told: each config as JSON under its key. */
export function agentConfigMap(
  name: string,
  { namespace, labels }: Placement,
  configs: Record<string, unknown>,
  parent: pulumi.Resource,
): { name: string; resource: k8s.core.v1.ConfigMap } {
  const data = Object.fromEntries(
    Object.entries(configs).map(([key, config]) => [key, JSON.stringify(config, null, 2)]),
  );
  // The name changes with the content: a run that is under way, or is tried again, keeps the config that it began with.
  const configMapName = `${name}-${contentHash(data)}`;
  const metadata = { name: configMapName, namespace, labels };
  return {
    name: configMapName,
    resource: new k8s.core.v1.ConfigMap(`${name}-config`, { metadata, data }, { parent }),
  };
}

export interface Schedule {
  /** Five fields. */
  schedule: string;
  timeZone: string;
  /** Whether it only serves as the template of Jobs that something else starts. */
  suspend?: boolean;
}

/** When the Jobs run. They go a week after they have ended. */
export function agentCronJob(
  name: string,
  { namespace, labels }: Placement,
  schedule: Schedule,
  spec: k8s.types.input.batch.v1.JobSpec,
  opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.CronJob {
  return new k8s.batch.v1.CronJob(
    `${name}-schedule`,
    {
      metadata: { name, namespace, labels },
      spec: {
        ...schedule,
        // Two at once would read and send everything twice, and gain nothing.
        concurrencyPolicy: "Forbid",
        // A run that was missed, while the control plane was away, is made up for within this time, or is lost.
        startingDeadlineSeconds: 600,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: { metadata: { labels }, spec: { ...spec, ttlSecondsAfterFinished: 7 * 86_400 } },
      },
    },
    opts,
  );
}
