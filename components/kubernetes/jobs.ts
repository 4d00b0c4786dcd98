import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./labels";

/** The agent's exit codes for which trying again is of no use: wrong settings, and a good backup that something is wrong beside. */
export const FINAL_EXIT_CODES = [2, 3, 4];

/** The agent's exit codes, read by Kubernetes: a final one ends the Job at once instead of being tried again. */
export function failAtOnce(containerName: string): k8s.types.input.batch.v1.PodFailurePolicy {
  return {
    rules: [{ action: "FailJob", onExitCodes: { containerName, operator: "In", values: FINAL_EXIT_CODES } }],
  };
}

/**
 * A pod that is taken away for reasons that are not its own, as when its node is drained, is made anew: what it was to find
 * out nobody knows yet. Of everything else, a failure is one.
 */
export function againWhenDisrupted(): k8s.types.input.batch.v1.PodFailurePolicy {
  return { rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }] };
}

/**
 * A Job that runs once in a deployment, and makes the deployment fail when it fails. Its name holds a hash of what it
 * does, so that it runs again when, and only when, that changes. It has no ttlSecondsAfterFinished: Pulumi's state owns
 * it, and a Job that Kubernetes removed would be made, and run, again after the next refresh. `replaceUnready` lets the
 * next deployment try a failed one again.
 */
export function deploymentJob(
  name: string,
  job: { namespace: string; baseName: string; labels: Record<string, string>; spec: k8s.types.input.batch.v1.JobSpec },
  timeoutSeconds: number,
  opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.Job {
  const hash = contentHash(job.spec);
  return new k8s.batch.v1.Job(
    name,
    {
      metadata: {
        name: `${job.baseName.slice(0, 63 - hash.length - 1)}-${hash}`,
        namespace: job.namespace,
        labels: job.labels,
        annotations: { "pulumi.com/replaceUnready": "true" },
      },
      spec: job.spec,
    },
    // Some minutes more than the Job itself may take: pulling images and finding a node come on top.
    { ...opts, customTimeouts: { create: `${timeoutSeconds + 300}s`, update: `${timeoutSeconds + 300}s` } },
  );
}
