import type { types } from "@pulumi/kubernetes";

/** The user of PostgreSQL in the images of CloudNativePG, which agents are, too: what one has stored, another reads. */
export const POSTGRES_UID = 26;

/** `nobody`: a user of every image, as initdb needs one, and no agent. Whoever is restored runs as this one. */
export const TEMPORARY_SERVER_UID = 65534;

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

/** The same for a container that runs what somebody else wrote: another user than the agent's. */
export const SERVER_SECURITY: types.input.core.v1.SecurityContext = {
  ...CONTAINER_SECURITY,
  runAsUser: TEMPORARY_SERVER_UID,
  runAsGroup: TEMPORARY_SERVER_UID,
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

/** `mounted` for those who may only read it. */
export function readOnly({ volume, mount }: Mounted): Mounted {
  return { volume, mount: { ...mount, readOnly: true } };
}

/** One folder of a volume, at `mountPath`: whoever mounts it sees nothing else of the volume. */
export function partOf({ volume, mount }: Mounted, subPath: string, mountPath: string): Mounted {
  return { volume, mount: { ...mount, mountPath, subPath } };
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
