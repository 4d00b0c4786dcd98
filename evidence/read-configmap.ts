import * as http from "node:http";
import * as https from "node:https";
// Of this package, a bundler keeps what is named here: the whole of it is eighteen megabytes.
import { KubeConfig } from "@kubernetes/client-node";

/** A ConfigMap of the cluster that a kubeconfig names. */
export interface ConfigMapLocation {
  namespace: string;
  name: string;
  /** A context of the kubeconfig; its current one when unset. */
  kubeContext?: string;
}

/** The longest that a preview waits for the API server. */
const TIMEOUT_MS = 5000;

/**
 * The ConfigMap's data, or undefined when there is no such ConfigMap. The kubeconfig is the default one (KUBECONFIG, or
 * ~/.kube/config). Throws an Error that says why the API server could not be asked; it never waits for long.
 */
export function readConfigMap(location: ConfigMapLocation): Promise<Record<string, string> | undefined> {
  return within(TIMEOUT_MS, read(location));
}

async function read({ namespace, name, kubeContext }: ConfigMapLocation) {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (kubeContext !== undefined) {
    if (!config.getContextObject(kubeContext)) throw new Error(`the kubeconfig has no context "${kubeContext}"`);
    config.setCurrentContext(kubeContext);
  }
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Error("there is no kubeconfig with a cluster; set KUBECONFIG");
  const options: https.RequestOptions = { signal: AbortSignal.timeout(TIMEOUT_MS) };
  await config.applyToHTTPSOptions(options);
  const { status, body } = await get(new URL(`/api/v1/namespaces/${namespace}/configmaps/${name}`, server), options);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`the API server at ${server} answered ${status} (${reason(body)})`);
  return (JSON.parse(body) as { data?: Record<string, string> }).data ?? {};
}

function get(url: URL, options: https.RequestOptions): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "http:" ? http : https;
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    sent.on("error", (error) => {
      const why = options.signal?.aborted
        ? `did not answer within ${TIMEOUT_MS / 1000}s`
        : `cannot be reached: ${messageOf(error)}`;
      reject(new Error(`the API server at ${url.origin} ${why}`));
    });
    sent.end();
  });
}

/** Also for what no signal reaches, such as a kubeconfig whose credentials come from a program that hangs. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000}s`)), milliseconds + 200);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reason(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? "no reason given";
  } catch {
    return "no reason given";
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
