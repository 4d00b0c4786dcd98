import { setTimeout as sleep } from "node:timers/promises";
import type { V1Job } from "@kubernetes/client-node";
import { oneLine } from "../../model/text";
import type { JobRun } from "../../runtime/cron-job";
import { jobFromCronJob } from "../../runtime/cron-job";
import { ReportedError } from "../../runtime/errors";
import { Progress } from "../output/progress";
import type { World } from "../world";
import type { Cluster, JobPod } from "./cluster";

/** A Job that ended while it was followed. */
export interface Followed {
  succeeded: boolean;
  /** Why it failed, in Kubernetes' words. */
  reason?: string;
  /** What the agent ended with, in the last of its tries. */
  exitCode?: number;
  /** What the last try printed. */
  lines: string[];
}

/**
 * Starts a run of a CronJob's template. Runs beside it do no harm, as each has names of its own, but they take the
 * database's strength at the same time: `onBeside` is told of those that the schedule has started.
 */
export async function startRun(
  cluster: Cluster,
  run: JobRun,
  onBeside: (jobs: string[]) => void = () => undefined,
): Promise<V1Job> {
  const cronJob = await cluster.cronJob(run.namespace, run.cronJob);
  if (!cronJob)
    throw new ReportedError(
      `there is no CronJob ${run.namespace}/${run.cronJob} in the cluster of context ${cluster.name}; deploy the stack, or give the right --context`,
    );
  const beside = (cronJob.status?.active ?? []).flatMap(({ name }) => name ?? []);
  if (beside.length > 0) onBeside(beside);
  const job = jobFromCronJob(cronJob, run);
  await cluster.createJob(job);
  return job;
}

/** What to do about a quota that lets no pod come into being. */
function quotaHint(message: string): string {
  if (/must specify limits\.cpu/.test(message))
    return "; hint: give the component pods.cpuLimit, or the namespace a LimitRange with a default";
  if (/exceeded quota/.test(message))
    return "; hint: raise the namespace's ResourceQuota, or have the Job ask for less";
  return "";
}

/** How often the cluster is asked. */
const POLL_MS = 700;

/**
 * Shows what the Job's agent prints until the Job ends, on standard error. Undefined when Ctrl-C came first: the Job
 * goes on. Logs are read again and again instead of followed: a connection that is silent for the length of a large dump
 * is cut off somewhere on the way, and the agent prints a few dozen lines.
 */
export async function followJob(
  world: Pick<World, "err" | "terminal" | "signal">,
  cluster: Cluster,
  { namespace, name, container }: JobRun,
  pollMs = POLL_MS,
): Promise<Followed | undefined> {
  const progress = new Progress(world);
  const shown = new Map<string, number>();
  let lines: string[] = [];
  let pods: JobPod[] = [];
  let refused: string | undefined;
  const showNew = async () => {
    pods = await cluster.jobPods(namespace, name, container);
    for (const pod of pods) {
      if (!pod.started) continue;
      const before = shown.get(pod.name);
      if (before === undefined && shown.size > 0) progress.line(`  the Job tries again, in the pod ${pod.name}`);
      lines = (await cluster.podLog(namespace, pod.name, container)).split("\n").filter((line) => line.trim() !== "");
      for (const line of lines.slice(before ?? 0)) progress.line(`  ${line}`);
      shown.set(pod.name, lines.length);
    }
  };
  try {
    for (;;) {
      // Asked before the logs are read: what was printed before the end is then in them.
      const end = await cluster.jobEnd(namespace, name);
      await showNew();
      if (end) return { ...end, exitCode: pods.at(-1)?.exitCode, lines };
      const why = pods.length === 0 ? await cluster.whyNoPod(namespace, name) : undefined;
      const none = why && oneLine(why, 500);
      if (none !== undefined && refused === undefined)
        progress.line(`  ✘ no pod may be made: ${none}${quotaHint(none)}`);
      refused ??= none;
      const waits = none ?? pods.find((pod) => !pod.started)?.waitsFor;
      const state = waits === undefined ? (shown.size > 0 ? "running" : "starting") : `waiting: ${waits}`;
      progress.update(() => `  ${state}, ${Math.round(progress.seconds())} s`);
      await sleep(pollMs, undefined, { signal: world.signal });
    }
  } catch (error) {
    if (world.signal.aborted) return undefined;
    throw error;
  } finally {
    progress.clear();
  }
}
