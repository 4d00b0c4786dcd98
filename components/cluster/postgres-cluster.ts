import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { labels } from "../kubernetes/labels";
import { secretValue, validated } from "../validate";
import { cloudNativePgCluster } from "./cloudnative-pg";
import {
  type ClusterDeclaration,
  type Engine,
  type PostgresClusterArgs,
  postgresClusterSchema,
  type RoleCredentialsArgs,
} from "./postgres-cluster-args";

/** How each engine makes a cluster out of the same declaration. */
const MAKERS = { "cloudnative-pg": cloudNativePgCluster } satisfies Record<Engine, unknown>;

/**
 * A highly available PostgreSQL cluster: a primary and replicas with a synchronous quorum, and the role that takes its
 * backups. A deployment waits until the cluster is ready.
 */
export class PostgresCluster extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.cluster;
  /** The namespace. */
  declare public readonly namespace: pulumi.Output<string>;
  /** The cluster's name in Kubernetes. */
  declare public readonly clusterName: pulumi.Output<string>;
  /** The Service that leads to the primary, such as `orders-rw.shop.svc`. */
  declare public readonly host: pulumi.Output<string>;
  /** The port that the Service listens on. */
  declare public readonly port: pulumi.Output<number>;
  /** The Secret with `username` and `password` of the backup role. */
  declare public readonly backupSecretName: pulumi.Output<string>;

  constructor(name: string, args: PostgresClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.cluster, name, {}, opts);
      return;
    }
    const declared = validated(postgresClusterSchema, args, "PostgresCluster", name);
    const cluster: ClusterDeclaration = { ...declared, clusterName: declared.clusterName ?? name };
    super(TYPE_TOKENS.cluster, name, plainInputs(cluster), opts);

    const dependsOn: pulumi.Resource[] = [];
    if (cluster.createNamespace) {
      dependsOn.push(
        new k8s.core.v1.Namespace(
          `${name}-namespace`,
          { metadata: { name: cluster.namespace, labels: labels("cluster", cluster.clusterName) } },
          { parent: this },
        ),
      );
    }
    const secretFor = (role: RoleCredentialsArgs, use: string) => {
      if (role.password === undefined) return role.existingSecret as string;
      const secretName = `${cluster.clusterName}-${use}-credentials`;
      const password = secretValue(role.password, `PostgresCluster "${name}"`, `${use}Role.password`);
      dependsOn.push(
        new k8s.core.v1.Secret(
          `${name}-${use}-credentials`,
          {
            metadata: {
              name: secretName,
              namespace: cluster.namespace,
              // The operator sets a changed password only in roles whose Secret carries this label.
              labels: { ...labels("cluster", cluster.clusterName), "cnpg.io/reload": "true" },
            },
            type: "kubernetes.io/basic-auth",
            stringData: { username: role.name as string, password },
          },
          { parent: this, dependsOn: [...dependsOn] },
        ),
      );
      return secretName;
    };
    const backup = secretFor(cluster.backupRole, "backup");
    const admin = cluster.adminRole && secretFor(cluster.adminRole, "admin");
    const protect = isProtected(cluster);
    const resource = MAKERS[cluster.engine](name, cluster, { backup, admin }, { parent: this, dependsOn, protect });

    const descriptor: ClusterDescriptor = {
      kind: "cluster",
      version: 1,
      environment: cluster.environment,
      namespace: cluster.namespace,
      cluster: cluster.clusterName,
      engine: cluster.engine,
      postgresMajor: cluster.postgresMajor,
      instances: cluster.instances,
      synchronous: cluster.instances > 1,
      spread: cluster.instances > 1 && cluster.antiAffinity.required,
      protected: protect,
      image: cluster.image,
    };
    // Known at preview, and there only once the cluster is: whoever uses an address waits for what listens at it.
    const ready = <T>(value: T) => pulumi.output(resource.metadata.name).apply(() => value);
    this.namespace = pulumi.output(cluster.namespace);
    this.clusterName = pulumi.output(cluster.clusterName);
    this.host = ready(clusterHost(cluster.clusterName, cluster.namespace));
    this.port = ready(5432);
    this.backupSecretName = pulumi.output(backup);
    this.registerOutputs({
      descriptor,
      namespace: this.namespace,
      clusterName: this.clusterName,
      host: this.host,
      port: this.port,
      backupSecretName: this.backupSecretName,
    });
  }
}

/** Production's data do not go with a line of the program: who means it, says so first. */
function isProtected({ deletionProtection, environment }: ClusterDeclaration): boolean {
  return deletionProtection ?? environment === "production";
}

/** Where the primary of a cluster listens: the name that the operator gives its Service. */
export function clusterHost(clusterName: string, namespace: string): string {
  return `${clusterName}-rw.${namespace}.svc`;
}

/** The Secret with the certificate of the authority that the operator makes for a cluster, and signs its servers' with. */
export function clusterCaSecret(clusterName: string): string {
  return `${clusterName}-ca`;
}

/** What state and policies may see of the args: no credentials. */
function plainInputs(cluster: ClusterDeclaration): Record<string, unknown> {
  const { backupRole, adminRole, ...plain } = cluster;
  return { ...plain, backupRole: { name: backupRole.name }, adminRole: adminRole && { name: adminRole.name } };
}
