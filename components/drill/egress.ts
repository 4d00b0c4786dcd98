import type { types } from "@pulumi/kubernetes";

type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;

/** Addresses that belong to nobody's public storage: private networks, and the link-local ones of cloud metadata. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"];

/**
 * What a drill may reach of the storage at `endpoint`, and no more: the namespace of a Service in the cluster, one
 * address, or, since a NetworkPolicy knows no host names, everything but private networks. Of a Service in the cluster
 * the pods must listen on the Service's port.
 */
export function storageEgress(endpoint: string): EgressRule {
  const url = new URL(endpoint);
  const port = url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port);
  const ports = [{ protocol: "TCP", port }];
  const host = url.hostname;
  const service = /^[^.]+\.([^.]+)\.svc(\.|$)/.exec(host);
  if (service?.[1])
    return {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": service[1] } } }],
      ports,
    };
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return { to: [{ ipBlock: { cidr: `${host}/32` } }], ports };
  if (host.startsWith("[")) return { to: [{ ipBlock: { cidr: `${host.slice(1, -1)}/128` } }], ports };
  return { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: PRIVATE } }], ports };
}

const CLUSTER_DNS = {
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
  podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
};

/**
 * Name resolution, by the cluster's own DNS: the pods that carry the label of kube-dns, as CoreDNS does, or the addresses
 * of a resolver that is a process of the node. Not to any address: port 53 of a server of one's own is a way out.
 */
export function dnsEgress(cidr: string | undefined): EgressRule {
  return {
    to: [cidr === undefined ? CLUSTER_DNS : { ipBlock: { cidr } }],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  };
}

/** Kubernetes' API server, to keep evidence: on its Service's port, and on the port it listens on behind that. */
export function apiServerEgress(cidrs: string[]): EgressRule {
  return {
    to: cidrs.map((cidr) => ({ ipBlock: { cidr } })),
    ports: [
      { protocol: "TCP", port: 443 },
      { protocol: "TCP", port: 6443 },
    ],
  };
}

/** The EKS Pod Identity Agent on the pod's node, at the addresses that Amazon EKS documents; no other metadata service. */
export const POD_IDENTITY_EGRESS: EgressRule = {
  to: [{ ipBlock: { cidr: "169.254.170.23/32" } }, { ipBlock: { cidr: "fd00:ec2::23/128" } }],
  ports: [{ protocol: "TCP", port: 80 }],
};
