import type * as k8s from "@kubernetes/client-node";
import { messageOf, ReportedError } from "./errors";

/** The Kubernetes client is large: it is loaded when it is needed, not at start-up. */
export interface Cluster {
  k8s: typeof k8s;
  config: k8s.KubeConfig;
}

export async function inCluster(): Promise<Cluster> {
  if (!process.env.KUBERNETES_SERVICE_HOST) {
    throw new ReportedError("this is not a pod of a Kubernetes cluster (KUBERNETES_SERVICE_HOST is not set)");
  }
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  config.loadFromCluster();
  return { k8s: client, config };
}

/** What the API server said, for people: its own message, and what a refusal means. */
export function apiError(error: unknown, action: string, todo: string): ReportedError {
  const { code, body } = error as { code?: number | string; body?: unknown };
  const said = statusMessage(body) ?? messageOf(error);
  const why = code === 403 ? "the service account lacks the permission" : code === 404 ? "it is not there" : undefined;
  return new ReportedError(`cannot ${action}: ${why ? `${why} (${said})` : said}; ${todo}`);
}

function statusMessage(body: unknown): string | undefined {
  try {
    const value = (typeof body === "string" ? JSON.parse(body) : body) as { message?: unknown } | undefined;
    return typeof value?.message === "string" ? value.message : undefined;
  } catch {
    return undefined;
  }
}
