import type { Manifest } from "../cluster/kubectl";

export const minioNamespace = "storage-minio";
export const minioPort = 9000;

/** What a MinIO server of the lab is given. Everything in it is thrown away with it. */
export interface MinioServer {
  /** Of its pod and its Service. */
  name: string;
  image: string;
  root: { accessKeyId: string; secretAccessKey: string };
  /** `NAME:` and 32 bytes in base64: the key with which it encrypts at rest, for want of a KMS. */
  kmsKey: string;
  /** A certificate and its key, PEM; http without them. MinIO takes customers' keys (SSE-C) over TLS alone. */
  tls?: { certificate: string; key: string };
}

/** How programs in the lab reach it. */
export function minioEndpoint(name: string, tls: boolean): string {
  return `${tls ? "https" : "http"}://${name}.${minioNamespace}.svc.cluster.local:${minioPort}`;
}

/** One MinIO on the node's disk, for as long as its pod lives. */
export function minioManifests({ name, image, root, kmsKey, tls }: MinioServer): Manifest[] {
  const namespace = minioNamespace;
  const labels = { app: name };
  const secret = {
    MINIO_ROOT_USER: root.accessKeyId,
    MINIO_ROOT_PASSWORD: root.secretAccessKey,
    MINIO_KMS_SECRET_KEY: kmsKey,
  };
  const certificates = tls && { "public.crt": tls.certificate, "private.key": tls.key };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData: secret },
    ...(certificates
      ? [{ apiVersion: "v1", kind: "Secret", metadata: { name: `${name}-tls`, namespace }, stringData: certificates }]
      : []),
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels },
      spec: {
        enableServiceLinks: false,
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532, runAsNonRoot: true },
        containers: [
          {
            name: "minio",
            image,
            imagePullPolicy: "IfNotPresent",
            args: [
              ...["server", "/data", `--address=:${minioPort}`, "--quiet"],
              ...(tls ? ["--certs-dir=/certificates"] : []),
            ],
            env: [
              { name: "HOME", value: "/tmp" },
              { name: "MINIO_BROWSER", value: "off" },
              { name: "MINIO_REGION", value: "us-east-1" },
            ],
            envFrom: [{ secretRef: { name } }],
            ports: [{ name: "s3", containerPort: minioPort }],
            readinessProbe: {
              httpGet: { path: "/minio/health/ready", port: minioPort, scheme: tls ? "HTTPS" : "HTTP" },
              periodSeconds: 1,
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ["ALL"] },
              readOnlyRootFilesystem: true,
            },
            resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "1Gi" } },
            volumeMounts: [
              { name: "data", mountPath: "/data" },
              { name: "tmp", mountPath: "/tmp" },
              ...(tls ? [{ name: "certificates", mountPath: "/certificates", readOnly: true }] : []),
            ],
          },
        ],
        volumes: [
          { name: "data", emptyDir: {} },
          { name: "tmp", emptyDir: {} },
          ...(tls ? [{ name: "certificates", secret: { secretName: `${name}-tls` } }] : []),
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels },
      spec: { selector: labels, ports: [{ name: "s3", port: minioPort, targetPort: "s3" }] },
    },
  ];
}
