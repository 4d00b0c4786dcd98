import type { JobSpec } from "../../scripts/loop/jobs";
import { getObject, kubectl } from "../../scripts/loop/kubectl";
import type { Measured } from "./measure";

/**
 * A pod like the ones that run the backups (same image, configuration, credentials and limits), asleep, in which the
 * agent and the bare tools are run in turn. It measures each command from inside, so that kubectl's own time stays out.
 */
export class BenchPod {
  private constructor(
    readonly namespace: string,
    readonly name: string,
    private readonly container: string,
  ) {}

  static async start(namespace: string, cronJob: string, name: string): Promise<BenchPod> {
    const template = await getObject<{ spec: { jobTemplate: { spec: JobSpec } } }>(namespace, "cronjob", cronJob);
    if (!template) throw new Error(`there is no CronJob ${namespace}/${cronJob}: run make up first`);
    const spec = structuredClone(template.spec.jobTemplate.spec.template.spec) as unknown as PodSpec;
    const container = spec.containers[0];
    if (!container) throw new Error(`CronJob ${namespace}/${cronJob} has no container`);
    container.command = ["sleep", "3600"];
    delete container.args;
    // The bare tools keep their output here; the limits of memory and CPU stay those of a backup.
    spec.volumes = [...(spec.volumes ?? []), { name: "bench", emptyDir: {} }];
    container.volumeMounts = [...(container.volumeMounts ?? []), { name: "bench", mountPath: "/bench" }];
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec };
    await kubectl(["-n", namespace, "delete", "pod", name, "--ignore-not-found", "--now"]);
    await kubectl(["create", "-f", "-"], { input: JSON.stringify(pod) });
    await kubectl(["-n", namespace, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=120s"]);
    return new BenchPod(namespace, name, container.name);
  }

  async exec(script: string): Promise<string> {
    return kubectl(["-n", this.namespace, "exec", "-i", this.name, "-c", this.container, "--", "bash", "-s"], {
      input: `set -eu\n${script}`,
    });
  }

  /** Wall seconds and the peak resident memory of `command`'s own process (not its children's). */
  async measure(command: string): Promise<Measured> {
    const out = await this.exec(`
      start=$(date +%s%N)
      ${command} >/bench/stdout 2>/bench/stderr & pid=$!
      peak=0
      while read -r _ kb _ < <(grep VmHWM /proc/$pid/status 2>/dev/null) && [ -n "$kb" ]; do peak=$kb; sleep 0.1; done
      wait $pid || { tail -5 /bench/stderr >&2; exit 1; }
      end=$(date +%s%N)
      echo "$(( (end - start) / 1000000 )) $peak"`);
    const [milliseconds, kilobytes] = out.trim().split(" ").map(Number) as [number, number];
    return { seconds: milliseconds / 1000, peakMegabytes: kilobytes / 1024 };
  }

  async size(file: string): Promise<number> {
    return Number((await this.exec(`stat -c %s ${file}`)).trim());
  }

  async remove(): Promise<void> {
    await kubectl(["-n", this.namespace, "delete", "pod", this.name, "--ignore-not-found", "--now"]);
  }
}

interface PodSpec {
  containers: {
    name: string;
    command?: string[];
    args?: string[];
    volumeMounts?: { name: string; mountPath: string }[];
  }[];
  volumes?: { name: string; emptyDir?: object }[];
}
