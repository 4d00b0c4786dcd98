import type { V1CronJob, V1Job } from "@kubernetes/client-node";

/** How a Job ended. */
export interface JobEnd {
  succeeded: boolean;
  /** Why it failed, in Kubernetes' words. */
  reason?: string;
}

/** One try of a Job. */
export interface JobPod {
  name: string;
  /** Whether there is a log to read: its container has begun. */
  started: boolean;
  /** What it waits for, such as an image that cannot be pulled; for people. */
  waitsFor?: string;
  /** The exit code of the agent's container, when it has ended. */
  exitCode?: number;
}

/** What the command asks of a Kubernetes cluster. Errors are ReportedErrors. */
export interface Cluster {
  /** For people: the context's name. */
  readonly name: string;
  /** The values of a Secret, or undefined when it is not there. */
  secret(namespace: string, name: string): Promise<Record<string, string> | undefined>;
  cronJob(namespace: string, name: string): Promise<V1CronJob | undefined>;
  createJob(job: V1Job): Promise<void>;
  /** How the Job ended, or undefined while it runs. */
  jobEnd(namespace: string, name: string): Promise<JobEnd | undefined>;
  /** The Job's pods, oldest first; `container` is the agent's. */
  jobPods(namespace: string, job: string, container: string): Promise<JobPod[]>;
  /** Why the Job has no pod, in Kubernetes' words, or undefined when it does not tell. */
  whyNoPod(namespace: string, job: string): Promise<string | undefined>;
  /** What the container has printed until now; "" when the pod is gone. */
  podLog(namespace: string, pod: string, container: string): Promise<string>;
}
