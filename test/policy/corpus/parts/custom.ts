import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A custom resource `shop/orders-store`, whose name in Pulumi is that in Kubernetes. */
export function custom(
  type: `${string}/${string}/${string}`,
  id: `${string}/${string}`,
  spec: object,
  opts?: pulumi.CustomResourceOptions,
  /** What stands beside `spec`, where a kind has none. */
  beside: object = { spec },
): k8s.apiextensions.CustomResource {
  const [group, version, kind = ""] = type.split("/");
  const [namespace, name = ""] = id.split("/");
  return new k8s.apiextensions.CustomResource(
    name,
    { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name }, ...beside },
    opts,
  );
}
