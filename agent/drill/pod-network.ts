import { lookup, Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { POD_VARIABLES } from "../../model/job-config";
import { withDeadline } from "../../runtime/deadline";
import { type Answer, type Endpoint, reach } from "./reach";

/** What the check of isolation asks of the network of its pod. Tests put another one in its place. */
export interface PodNetwork {
  /** What this pod may reach and always needs to: the API server, which keeps its evidence. */
  allowed: Endpoint | undefined;
  /** The addresses of `host`. */
  addresses(host: string): Promise<string[]>;
  /** What is known to listen, and is not for this pod. */
  forbidden(): Promise<Forbidden[]>;
  reach(to: Endpoint, signal?: AbortSignal): Promise<Answer>;
}

export interface Forbidden extends Endpoint {
  /** What listens there, for people. */
  what: string;
  /** Whether reaching it shows that the network is open: some network plugins let every pod reach its own node. */
  decides: boolean;
}

/** The network as Kubernetes tells the pod of it. */
export function podNetwork(env: NodeJS.ProcessEnv = process.env): PodNetwork {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  return {
    allowed: host === undefined || host === "" ? undefined : { host, port: Number(port ?? 443) },
    addresses: async (name) => {
      const found = await withDeadline(lookup(name, { all: true }), LOOKUP_MS);
      return [...new Set(found.map(({ address }) => address))];
    },
    forbidden: async () => {
      const node = env[POD_VARIABLES.nodeAddress];
      const metrics = await dnsMetrics().catch(() => undefined);
      return [
        ...(metrics ? [{ ...metrics, what: "the metrics of the cluster's DNS", decides: true }] : []),
        ...(node ? [{ host: node, port: KUBELET_PORT, what: "the kubelet of this pod's node", decides: false }] : []),
      ];
    },
    reach,
  };
}

/** How long a name may take to be resolved. */
const LOOKUP_MS = 8000;

/** Where the kubelet serves on each node (Kubernetes, "Ports and Protocols"). */
const KUBELET_PORT = 10_250;

/** The Services of the cluster's DNS by the names that they have in most clusters, and in OpenShift. */
const DNS_SERVICES = ["kube-dns.kube-system", "dns-default.openshift-dns"];

/**
 * Where the cluster's DNS serves its metrics, by its own word: the record of a Service's named port. It answers to port 53
 * in the same breath, so it runs; and its other port is none of what a drill may reach.
 */
async function dnsMetrics(): Promise<Endpoint | undefined> {
  const { domain, servers } = resolverIn(await readFile("/etc/resolv.conf", "utf8"));
  if (domain === undefined) return undefined;
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const own = await Promise.all(servers.map((server) => resolver.reverse(server).catch(() => [])));
  const names = [...own.flat(), ...DNS_SERVICES.map((name) => `${name}.svc.${domain}`)];
  for (const name of new Set(names)) {
    const [record] = await resolver.resolveSrv(`_metrics._tcp.${name}`).catch(() => []);
    const [host] = record ? await resolver.resolve4(record.name).catch(() => resolver.resolve6(record.name)) : [];
    if (record && host !== undefined) return { host, port: record.port };
  }
  return undefined;
}

/** The cluster's domain and the addresses of its DNS, as the kubelet wrote them. */
export function resolverIn(text: string): { domain: string | undefined; servers: string[] } {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const search = lines.filter(([name]) => name === "search").flatMap(([, ...domains]) => domains);
  const domain = search.map((entry) => /^svc\.(.+?)\.?$/.exec(entry)?.[1]).find((found) => found !== undefined);
  return { domain, servers: lines.flatMap(([name, server]) => (name === "nameserver" && server ? [server] : [])) };
}
