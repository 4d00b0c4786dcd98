import { issuerOf, partitionOf } from "./arns";
import { policyText, type Statement } from "./policy-document";
import type { ServiceAccount } from "./service-accounts";

export interface Identities {
  accountId: string;
  /** IRSA: the cluster's OIDC provider. */
  oidcProviderArn?: string;
  /** EKS Pod Identity: the cluster. */
  cluster?: { name: string; region: string };
}

/** Who may take a role: these service accounts of this cluster, and nobody else. */
export function trustPolicy(accounts: ServiceAccount[], { accountId, oidcProviderArn, cluster }: Identities): string {
  return policyText([
    ...(oidcProviderArn === undefined ? [] : [irsa(accounts, oidcProviderArn)]),
    ...(cluster === undefined ? [] : accounts.map((account, index) => podIdentity(account, index, cluster, accountId))),
  ]);
}

function irsa(accounts: ServiceAccount[], oidcProviderArn: string): Statement {
  const issuer = issuerOf(oidcProviderArn);
  const [audience, subject] = [`${issuer}:aud`, `${issuer}:sub`];
  const subjects = accounts.map(({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`);
  return {
    Sid: "Irsa",
    Effect: "Allow",
    Principal: { Federated: oidcProviderArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: subjects.some((text) => text.includes("*"))
      ? { StringEquals: { [audience]: "sts.amazonaws.com" }, StringLike: { [subject]: subjects } }
      : { StringEquals: { [audience]: "sts.amazonaws.com", [subject]: subjects } },
  };
}

/** One statement for each: in one, any of the namespaces would go with any of the names. */
function podIdentity(
  { namespace, name }: ServiceAccount,
  index: number,
  cluster: { name: string; region: string },
  accountId: string,
): Statement {
  const clusterArn = `arn:${partitionOf(cluster.region)}:eks:${cluster.region}:${accountId}:cluster/${cluster.name}`;
  return {
    Sid: `PodIdentity${index}`,
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": clusterArn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": name,
      },
    },
  };
}
