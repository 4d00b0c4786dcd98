import type * as k8s from "@kubernetes/client-node";
import { messageOf, ReportedError } from "./errors";

/** How long one call of the API server may take, with its answer. */
const CALL_SECONDS = 30;

/** The Kubernetes client is large: it is loaded when it is needed, not at start-up. */
export interface Cluster {
  k8s: typeof k8s;
  config: k8s.KubeConfig;
  /** Ends the calls under way. Absent where a process that is told to stop still has something to write. */
  signal?: AbortSignal;
}

export async function inCluster(signal?: AbortSignal): Promise<Cluster> {
  if (!process.env.KUBERNETES_SERVICE_HOST) {
    throw new ReportedError("this is not a pod of a Kubernetes cluster (KUBERNETES_SERVICE_HOST is not set)");
  }
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  config.loadFromCluster();
  return { k8s: client, config, signal };
}

/**
 * A client of one part of the API, as KubeConfig's makeApiClient(), no call of which waits for ever: the package itself
 * knows no deadline, and an API server that falls silent would hold a Job until its own.
 */
export function apiClient<T>(
  { k8s, config, signal }: Cluster,
  api: new (configuration: k8s.Configuration) => T,
  callSeconds = CALL_SECONDS,
): T {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new ReportedError("the kubeconfig names no cluster");
  const bounded: k8s.Middleware = {
    async pre(request) {
      const deadline = AbortSignal.timeout(callSeconds * 1000);
      request.setSignal(signal ? AbortSignal.any([signal, deadline]) : deadline);
      return request;
    },
    post: async (response) => response,
  };
  return new api(
    k8s.createConfiguration({
      baseServer: new k8s.ServerConfiguration(server, {}),
      authMethods: { default: config },
      promiseMiddleware: [bounded],
    }),
  );
}

/** What the API server said, for people: its own message, and what a refusal means. */
export function apiError(error: unknown, action: string, todo: string): ReportedError {
  const { code, body } = error as { code?: number | string; body?: unknown };
  const said = statusMessage(body) ?? (isLate(error) ? "the API server did not answer in time" : messageOf(error));
  const why = code === 403 ? "the service account lacks the permission" : code === 404 ? "it is not there" : undefined;
  return new ReportedError(`cannot ${action}: ${why ? `${why} (${said})` : said}; ${todo}`);
}

/** No answer, or one that may be another in a moment: the API server is restarted, busy, or on its way elsewhere. */
export function isPassing(error: unknown): boolean {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: string };
  if (typeof code === "number") return code === 429 || (code >= 500 && code !== 501);
  return typeof code === "string" ? PASSING.has(code) : name === "TimeoutError" || name === "FetchError";
}

const PASSING = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "ENOTFOUND"],
  ...["ERR_STREAM_PREMATURE_CLOSE"],
]);

function statusMessage(body: unknown): string | undefined {
  try {
    const value = (typeof body === "string" ? JSON.parse(body) : body) as { message?: unknown } | undefined;
    return typeof value?.message === "string" ? value.message : undefined;
  } catch {
    return undefined;
  }
}

function isLate(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}
