import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { POSTGRES } from "./images";
import { fromSecret } from "./jobs";

/** PostgreSQL as tutorials run it: one StatefulSet, one Service, one volume. */
export function postgresStatefulSet(
  name: string,
  annotations: Record<string, string> = {},
  opts?: pulumi.CustomResourceOptions,
  /** A ConfigMap, and where the server has it. */
  given?: { name: string; mountPath: string },
): k8s.apps.v1.StatefulSet {
  const labels = { app: name };
  const metadata = { name, namespace: "shop" };
  new k8s.core.v1.Service(`${name}-service`, {
    metadata,
    spec: { clusterIP: "None", selector: labels, ports: [{ name: "postgresql", port: 5432 }] },
  });
  const container = {
    name: "postgres",
    image: POSTGRES,
    env: [fromSecret("POSTGRES_PASSWORD", name, "password"), { name: "POSTGRES_DB", value: name }],
    ports: [{ containerPort: 5432 }],
    volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data" }, ...(given ? [given] : [])],
  };
  const volumes = given ? [{ name: given.name, configMap: { name: given.name } }] : [];
  const args: k8s.apps.v1.StatefulSetArgs = {
    metadata,
    spec: {
      serviceName: name,
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations }, spec: { containers: [container], volumes } },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "20Gi" } } },
        },
      ],
    },
  };
  return new k8s.apps.v1.StatefulSet(name, args, opts);
}
