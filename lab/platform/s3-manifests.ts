import type { Manifest } from "../cluster/kubectl";

export const s3Namespace = "storage";
export const s3Port = 7070;
export const s3Endpoint = `http://s3.${s3Namespace}.svc.cluster.local:${s3Port}`;

/**
 * versitygw on a claim: objects, old versions and users in folders of their own. Versioning needs the folder for old
 * versions; bucket policies and tags are extended attributes of the files.
 */
export function s3Manifests(
  images: { versitygw: string; busybox: string },
  root: { accessKeyId: string; secretAccessKey: string },
): Manifest[] {
  const namespace = s3Namespace;
  const labels = { app: "s3" };
  const makeFolders = "mkdir -p /data/objects /data/versions /data/users";
  const container = {
    image: images.versitygw,
    imagePullPolicy: "IfNotPresent",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true },
    volumeMounts: [{ name: "data", mountPath: "/data" }],
  };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s3-root", namespace },
      stringData: { ROOT_ACCESS_KEY: root.accessKeyId, ROOT_SECRET_KEY: root.secretAccessKey },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "s3-data", namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "20Gi" } } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "s3", namespace, labels },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" }, // two servers on one folder would not know of each other's users
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            enableServiceLinks: false,
            automountServiceAccountToken: false,
            securityContext: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, runAsNonRoot: true },
            containers: [
              {
                ...container,
                name: "versitygw",
                args: [
                  ...[`--port=:${s3Port}`, "--region=us-east-1", "--health=/health", "--iam-dir=/data/users"],
                  ...["posix", "--versioning-dir=/data/versions", "/data/objects"],
                ],
                envFrom: [{ secretRef: { name: "s3-root" } }],
                ports: [{ name: "s3", containerPort: s3Port }],
                readinessProbe: { httpGet: { path: "/health", port: s3Port }, periodSeconds: 2 },
                resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "1Gi" } },
              },
            ],
            initContainers: [
              { ...container, name: "folders", image: images.busybox, command: ["sh", "-c", makeFolders] },
            ],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: "s3-data" } }],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s3", namespace, labels },
      spec: { selector: labels, ports: [{ name: "s3", port: s3Port, targetPort: "s3" }] },
    },
  ];
}
