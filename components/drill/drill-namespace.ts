import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { endpointProblem } from "../../model/contradictions";
import { TYPE_TOKENS } from "../../model/descriptor";
import { apiServerCidrsField, cidrField, kubernetesName } from "../../model/names";
import { kmsEndpointField } from "../backup/backup-encryption-args";
import { labels } from "../kubernetes/labels";
import { reportProblem, validated } from "../validate";
import { apiServerEgress, dnsEgress, POD_IDENTITY_EGRESS, storageEgress } from "./egress";

export interface DrillNamespaceArgs {
  /** The namespace to make. It must be none that holds a database. */
  namespace: string;
  /**
   * The storage's endpoint: of all that is outside, drills reach this. @default no way to a storage, as for a volume,
   * which the node mounts
   */
  storageEndpoint?: string;
  /** The same for the storage with the off-site copy, where drills restore that, too. @default no way to another storage */
  offSiteEndpoint?: string;
  /**
   * Where the KMS answers, such as `https://kms.eu-central-1.amazonaws.com`: for backups whose `restorePath.encryption`
   * is "kms". @default no way to a KMS
   */
  kmsEndpoint?: string;
  /** The same for the KMS whose key signs evidence: RestoreDrill's `signingKey.kms`. @default no way to a KMS */
  signingEndpoint?: string;
  /**
   * The API server's addresses, each as a range such as `10.0.0.5/32`; drills reach them on ports 443 and 6443.
   * `kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes` shows them. Where they change, as
   * on EKS, give the ranges of the subnets in which they are.
   */
  apiServerCidrs: string[];
  /**
   * The resolver's addresses as a range, where it is a process of the node (NodeLocal DNSCache: 169.254.20.10/32).
   * @default the pods in kube-system with the label `k8s-app: kube-dns`
   */
  dnsCidr?: string;
  /** Whether drills reach the EKS Pod Identity Agent of their node, which gives them their AWS role. @default false */
  podIdentityAgent?: boolean;
}

const schema = z
  .strictObject({
    namespace: kubernetesName,
    storageEndpoint: z.string().optional(),
    offSiteEndpoint: z.string().optional(),
    kmsEndpoint: kmsEndpointField.optional(),
    signingEndpoint: kmsEndpointField.optional(),
    apiServerCidrs: apiServerCidrsField,
    dnsCidr: cidrField.optional(),
    podIdentityAgent: z.boolean().default(false),
  } satisfies Record<keyof DrillNamespaceArgs, z.ZodType>)
  .superRefine((args, context) => {
    // Whether http will do is the storage's question.
    for (const field of ["storageEndpoint", "offSiteEndpoint"] as const) {
      const endpoint = args[field];
      if (endpoint !== undefined) reportProblem(endpointProblem(endpoint, true), context, field);
    }
  }) satisfies z.ZodType<DrillNamespaceArgs>;

/**
 * Where drills run: a namespace without a way to production. Nothing gets in; out go name resolution by the cluster's
 * DNS, the API server and the storage, unless that is a volume. Its pods must meet the Pod Security Standard
 * "restricted". The cluster's network must enforce NetworkPolicies: each drill tries to reach its source and fails when
 * it can.
 */
export class DrillNamespace extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.drillNamespace;
  declare public readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: DrillNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.drillNamespace, name, {}, opts);
      return;
    }
    const plain = validated(schema, args, "DrillNamespace", name);
    super(TYPE_TOKENS.drillNamespace, name, plain, opts);
    const common = labels("drill", name);

    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: plain.namespace,
          labels: { ...common, "pod-security.kubernetes.io/enforce": "restricted" },
        },
      },
      { parent: this },
    );
    type Egress = k8s.types.input.networking.v1.NetworkPolicyEgressRule;
    const policy = (suffix: string, policyTypes: string[], egress: Egress[] = []) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${suffix}`,
        {
          metadata: { name: suffix, namespace: plain.namespace, labels: common },
          spec: { podSelector: {}, policyTypes, egress },
        },
        { parent: this, dependsOn: [namespace] },
      );
    const policies = [
      policy("deny-all", ["Ingress", "Egress"]),
      policy("allow-dns", ["Egress"], [dnsEgress(plain.dnsCidr)]),
      policy("allow-api-server", ["Egress"], [apiServerEgress(plain.apiServerCidrs)]),
    ];
    const servers = {
      "allow-storage": plain.storageEndpoint,
      "allow-off-site": plain.offSiteEndpoint,
      "allow-kms": plain.kmsEndpoint,
      "allow-signing": plain.signingEndpoint,
    };
    for (const [suffix, endpoint] of Object.entries(servers))
      if (endpoint !== undefined) policies.push(policy(suffix, ["Egress"], [storageEgress(endpoint)]));
    if (plain.podIdentityAgent) policies.push(policy("allow-pod-identity", ["Egress"], [POD_IDENTITY_EGRESS]));
    // Known at preview, and there only when the way out is closed: whoever uses the name waits for the policies, too.
    this.namespace = pulumi
      .all([namespace.metadata.name, ...policies.map((p) => p.metadata.name)])
      .apply(() => plain.namespace);
    this.registerOutputs({ namespace: this.namespace });
  }
}
