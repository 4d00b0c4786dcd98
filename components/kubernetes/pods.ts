import type { types } from "@pulumi/kubernetes";

/** The user of PostgreSQL in the images of CloudNativePG. Agent and temporary server share it, and so their socket. */
export const POSTGRES_UID = 26;

/** What the Pod Security Standard "restricted" asks of a pod, and of each of its containers. */
export const POD_SECURITY: types.input.core.v1.PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: POSTGRES_UID,
  runAsGroup: POSTGRES_UID,
  fsGroup: POSTGRES_UID,
  seccompProfile: { type: "RuntimeDefault" },
};

export const CONTAINER_SECURITY: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** A memory limit equal to the request: a pod that was scheduled is not evicted for what it asked for. */
export function resources(memory: string, cpuRequest: string): types.input.core.v1.ResourceRequirements {
  return { requests: { memory, cpu: cpuRequest }, limits: { memory } };
}

export interface Mounted {
  volume: types.input.core.v1.Volume;
  mount: types.input.core.v1.VolumeMount;
}

/** A Secret's keys as files. Owner and group may read them, nobody may write. */
export function secretMount(name: string, secretName: string, mountPath: string): Mounted {
  return {
    volume: { name, secret: { secretName, defaultMode: 0o440 } },
    mount: { name, mountPath, readOnly: true },
  };
}

/** One key of a Secret as one file: what else the Secret holds, such as a private key, stays out of the pod. */
export function secretFileMount(name: string, secretName: string, key: string, file: string): Mounted {
  const at = file.lastIndexOf("/");
  const items = [{ key, path: file.slice(at + 1) }];
  return {
    volume: { name, secret: { secretName, defaultMode: 0o440, items } },
    mount: { name, mountPath: file.slice(0, at), readOnly: true },
  };
}

/** One key of a ConfigMap as one file, whatever the key is called. */
export function configFileMount(configMap: string, key: string, file: string): Mounted {
  const at = file.lastIndexOf("/");
  return {
    volume: { name: "config", configMap: { name: configMap, items: [{ key, path: file.slice(at + 1) }] } },
    mount: { name: "config", mountPath: file.slice(0, at), readOnly: true },
  };
}

export function scratchMount(name: string, mountPath: string, sizeLimit: string, medium?: string): Mounted {
  return { volume: { name, emptyDir: { sizeLimit, ...(medium ? { medium } : {}) } }, mount: { name, mountPath } };
}

/**
 * The service account's token for one container of a pod, instead of for all of them: what the kubelet would mount by
 * itself, spelled out.
 */
export function tokenMount(): Mounted {
  return {
    volume: {
      name: "kube-api",
      projected: {
        defaultMode: 0o440,
        sources: [
          { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
          { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
        ],
      },
    },
    mount: { name: "kube-api", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true },
  };
}
