import * as k8s from "@pulumi/kubernetes";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";

interface DeploymentArgs extends Omit<input.core.v1.PodSpec, "containers"> {
  container: Partial<input.core.v1.Container>;
  replicas?: number;
  /** @default "shop" */
  namespace?: string;
  annotations?: Record<string, string>;
}

/** A Deployment `shop/<name>` of one container. */
export function deployment(
  name: string,
  { container, replicas = 1, namespace = "shop", annotations, ...pod }: DeploymentArgs,
  opts?: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment {
  const labels = { app: name };
  return new k8s.apps.v1.Deployment(
    name,
    {
      metadata: { name, namespace },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels, annotations }, spec: { ...pod, containers: [{ name: "main", ...container }] } },
      },
    },
    opts,
  );
}

/** A ConfigMap `shop/<name>`. */
export function configMap(name: string, data: Record<string, string>): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(name, { metadata: { name, namespace: "shop" }, data });
}

/** A pod's volume out of one, and where a container has it. */
export const mounted = (name: string, mountPath: string) => ({
  volumeMounts: [{ name, mountPath }],
  volumes: [{ name, configMap: { name, defaultMode: 0o755 } }],
});
