/**
 * Stacks of any size for benchmarks, shaped as real ones are: services with their Deployment, Service, ConfigMap, Secret
 * and CronJob, and one resource in fifty of a database with a backup.
 */
export interface PlainResource {
  type: string;
  name: string;
  props: Record<string, unknown>;
}

const KINDS: ((index: number) => PlainResource)[] = [
  (i) => plain("apps/v1", "Deployment", `web-${i}`, { replicas: 2, template: { spec: podSpec("node server.js") } }),
  (i) => plain("core/v1", "Service", `web-${i}`, { selector: { app: `web-${i}` }, ports: [{ port: 80 }] }),
  (i) =>
    plain("core/v1", "ConfigMap", `web-${i}`, {}, { data: { "app.json": JSON.stringify({ index: i, log: "info" }) } }),
  (i) => plain("core/v1", "Secret", `web-${i}`, {}, { type: "Opaque", data: { token: "c2VjcmV0" } }),
  (i) =>
    plain("batch/v1", "CronJob", `report-${i}`, {
      schedule: "0 5 * * *",
      jobTemplate: { spec: { template: { spec: podSpec("node report.js") } } },
    }),
];

export function manyResources(count: number): PlainResource[] {
  return Array.from({ length: count }, (_, index) => {
    if (index % 50 === 48) return cluster(index);
    if (index % 50 === 49) return scheduledBackup(index);
    return (KINDS[index % KINDS.length] as (typeof KINDS)[number])(index);
  });
}

function cluster(index: number): PlainResource {
  return plain("postgresql.cnpg.io/v1", "Cluster", `orders-${index}`, {
    instances: 3,
    imageName: "registry.example.com/postgresql:17.6",
    storage: { size: "10Gi" },
  });
}

function scheduledBackup(index: number): PlainResource {
  return plain("postgresql.cnpg.io/v1", "ScheduledBackup", `nightly-${index}`, {
    schedule: "0 0 2 * * *",
    method: "plugin",
    cluster: { name: `orders-${index - 1}` },
  });
}

function plain(version: string, kind: string, name: string, spec: object, more: object = {}): PlainResource {
  const metadata = { name, namespace: "shop", labels: { app: name, "app.kubernetes.io/managed-by": "pulumi" } };
  const apiVersion = version.replace(/^core\//, "");
  return { type: `kubernetes:${version}:${kind}`, name, props: { apiVersion, kind, metadata, spec, ...more } };
}

function podSpec(command: string) {
  const env = ["LOG_LEVEL", "REGION", "CACHE_URL"].map((name) => ({ name, value: name.toLowerCase() }));
  const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } };
  const container = {
    name: "main",
    image: "registry.example.com/web:1.2.3",
    command: command.split(" "),
    env,
    resources,
  };
  return { containers: [container], restartPolicy: "Always" };
}
