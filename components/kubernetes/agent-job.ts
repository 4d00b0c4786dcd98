import type { types } from "@pulumi/kubernetes";
import { againWhenDisrupted, failAtOnce } from "./jobs";
import { adapted, type PodSettings, podSecurity } from "./pod-settings";
import { CONTAINER_SECURITY, type Mounted, resources } from "./pods";

/** What one Job of the agent does, and with what. */
export interface AgentJob {
  /** The container's name: the agent's command in one word. */
  name: string;
  image: string;
  /** The agent's command line. */
  args: string[];
  env?: types.input.core.v1.EnvVar[];
  /** Request and limit. */
  memory: string;
  /** Request. */
  cpu: string;
  /** What the agent's container has in its file system. */
  mounted: Mounted[];
  labels: Record<string, string>;
  /** @default the namespace's own, of which it gets no token */
  serviceAccount?: string;
  deadlineSeconds: number;
  /** How often it is tried again, but never after a final exit code. */
  retries: number;
  /** Whether it is run again, without counting, when its node is drained under it. With `retries: 0`. @default false */
  againWhenDisrupted?: boolean;
  /** How long it may go on once it is told to stop. @default 10 */
  graceSeconds?: number;
  /** Whether its last lines stand in the pod's status, and so in a deployment's error. @default false */
  saysWhy?: boolean;
  /** Containers that are started before the agent's, run beside it, and end with it. */
  sidecars?: Beside[];
  /** Containers that run beside the agent's to an end of their own: the Job succeeds when all of them do. */
  companions?: Beside[];
  annotations?: Record<string, string>;
  /** What the platform asks of pods. */
  pods?: PodSettings;
}

/** A container beside the agent's, with what it alone has in its file system, or shares with others by the volume's name. */
export interface Beside {
  container: types.input.core.v1.Container;
  mounted: Mounted[];
}

/** The Job's spec, in a pod that meets the Pod Security Standard "restricted". */
export function agentJobSpec(job: AgentJob): types.input.batch.v1.JobSpec {
  const { name, image, args, env, mounted, sidecars = [], companions = [] } = job;
  const beside = ({ container, mounted }: Beside) => ({
    ...adapted(container, job.pods),
    volumeMounts: mounted.map(({ mount }) => mount),
  });
  return {
    backoffLimit: job.retries,
    ...(job.retries > 0 ? { podFailurePolicy: failAtOnce(name) } : {}),
    ...(job.againWhenDisrupted ? { podFailurePolicy: againWhenDisrupted() } : {}),
    activeDeadlineSeconds: job.deadlineSeconds,
    template: {
      metadata: { labels: job.labels, ...(job.annotations ? { annotations: job.annotations } : {}) },
      spec: {
        restartPolicy: "Never",
        ...(job.serviceAccount === undefined ? {} : { serviceAccountName: job.serviceAccount }),
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: job.graceSeconds ?? 10,
        securityContext: podSecurity(job.pods),
        ...(sidecars.length > 0 ? { initContainers: sidecars.map(beside) } : {}),
        containers: [
          beside({
            container: {
              ...{ name, image, args },
              ...(env ? { env } : {}),
              ...(job.saysWhy ? { terminationMessagePolicy: "FallbackToLogsOnError" } : {}),
              securityContext: CONTAINER_SECURITY,
              resources: resources(job.memory, job.cpu),
            },
            mounted,
          }),
          ...companions.map(beside),
        ],
        volumes: volumesOf([mounted, ...[...sidecars, ...companions].map((other) => other.mounted)].flat()),
      },
    },
  };
}

/** Each volume once, however many containers mount it. */
function volumesOf(mounted: readonly Mounted[]): types.input.core.v1.Volume[] {
  const byName = new Map(mounted.map(({ mount, volume }) => [String(mount.name), volume]));
  return [...byName.values()];
}
