import { tryRun } from "../../lab/run";
import { listObjects, type Pod } from "./kubectl";

interface InstancePod extends Pod {
  status: Pod["status"] & {
    containerStatuses?: { ready: boolean; restartCount: number; state?: { waiting?: { reason?: string } } }[];
  };
}

/** A line for each of the cluster's instances that is not ready: what Kubernetes says of it, and its own last words. */
export async function instanceTroubles(namespace: string, cluster: string): Promise<string[]> {
  const pods = await listObjects<InstancePod>(namespace, "pods", `cnpg.io/cluster=${cluster},cnpg.io/podRole=instance`);
  const unready = pods.filter(({ status }) => !status.containerStatuses?.every(({ ready }) => ready));
  return Promise.all(
    unready.map(async ({ metadata: { name }, status }) => {
      const [container] = status.containerStatuses ?? [];
      const state = container?.state?.waiting?.reason ?? status.phase;
      const restarts = container?.restartCount ? `, started again ${container.restartCount} times` : "";
      const words = fatalError(await logOf(namespace, name));
      return `instance ${name}: ${state}${restarts}${words ? `: ${words}` : ""}`;
    }),
  );
}

/** Of the run that ended last; of the present one when there was no other. */
async function logOf(namespace: string, pod: string): Promise<string> {
  const logs = ["-n", namespace, "logs", pod, "-c", "postgres", "--tail", "400"];
  const ended = await tryRun(["kubectl", ...logs, "--previous"]);
  return ended.code === 0 ? ended.stdout : (await tryRun(["kubectl", ...logs])).stdout;
}

interface LogLine {
  record?: { error_severity?: string; sql_state_code?: string; message?: string; detail?: string };
}

/** SQLSTATE cannot_connect_now: who came too early was told so, which ends nothing. */
const TOO_EARLY = "57P03";

/** The last error in an instance's log by which PostgreSQL ended. */
export function fatalError(log: string): string | undefined {
  const records = log.split("\n").flatMap((line) => {
    try {
      return (JSON.parse(line) as LogLine).record ?? [];
    } catch {
      return [];
    }
  });
  const last = records.findLast(
    ({ error_severity, sql_state_code }) =>
      error_severity === "PANIC" || (error_severity === "FATAL" && sql_state_code !== TOO_EARLY),
  );
  return last && `${last.error_severity}: ${last.message}${last.detail ? ` (${last.detail})` : ""}`;
}
