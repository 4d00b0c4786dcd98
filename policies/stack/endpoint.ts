import { isIP } from "node:net";
import { known, map, type Reading } from "../known";

/**
 * Where an object store is, from its endpoint: inside the cluster when the host is a Service's name (RFC 1035 names of
 * Kubernetes' DNS: `minio`, `minio.storage`, `minio.storage.svc`, `….svc.cluster.local`) or loopback, else outside. An
 * address in digits tells nothing of where it stands and counts as outside.
 *
 * `service.namespace` looks like a domain. It counts as one under the ends that companies' own domains have; a namespace
 * of such a name is improbable, and to take a Service for the outside would be worse.
 */
export function endpointLocation(endpoint: Reading<string>): Reading<"inside" | "outside"> {
  // Without an endpoint, every product means its cloud's own.
  if (endpoint.state === "absent") return known("outside");
  return map(endpoint, (text) => {
    const host = hostOf(text);
    if (host === undefined) return undefined;
    if (isIP(host) !== 0) return host.startsWith("127.") || host === "::1" ? "inside" : "outside";
    const isService = /^[^.]+$|^[^.]+\.[^.]+$|\.svc(\.|$)|\.cluster\.local$/.test(host) && !DOMAIN.test(host);
    return isService ? "inside" : "outside";
  });
}

const DOMAIN = /\.(com|net|org|io|dev|cloud|app|(?!db|pg)[a-z]{2})$/;

function hostOf(endpoint: string): string | undefined {
  try {
    const { hostname } = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`);
    return hostname.replace(/^\[|\]$/g, "").toLowerCase();
  } catch {
    return undefined;
  }
}
