import type { types } from "@pulumi/kubernetes";
import { InvalidInputError } from "../../../model/problems";

type VolumeSpec = types.output.core.v1.PersistentVolumeSpec;
type VolumeInput = types.input.core.v1.PersistentVolumeSpec;

/** What a volume needs to be the same one once more. */
export type VolumeSource = Pick<VolumeInput, "nfs" | "csi" | "local" | "hostPath" | "nodeAffinity" | "mountOptions">;

/** Of this driver the volume's attributes say what is mounted, and the handle need only be unique. */
const NFS_DRIVER = "nfs.csi.k8s.io";

/**
 * The source of the bound volume `spec` for a further volume, used as `use`. A claim belongs to one namespace, so that
 * drills need a volume of their own that is the same folder. `subject` is who asks, for messages.
 */
export function clonedSource(spec: VolumeSpec, use: string, readOnly: boolean, subject: string): VolumeSource {
  const { nodeAffinity, mountOptions } = spec;
  const rest = { ...(nodeAffinity && { nodeAffinity }), ...(mountOptions?.length ? { mountOptions } : {}) };
  if (spec.nfs) return { ...rest, nfs: { server: spec.nfs.server, path: spec.nfs.path, readOnly } };
  if (spec.hostPath) return { ...rest, hostPath: spec.hostPath };
  if (spec.local) return { ...rest, local: spec.local };
  if (spec.csi?.driver === NFS_DRIVER) {
    // A pod with two volumes of one handle waits for the second one for ever.
    const volumeHandle = `${spec.csi.volumeHandle}##${use}`;
    return {
      ...rest,
      csi: { driver: NFS_DRIVER, volumeHandle, volumeAttributes: spec.csi.volumeAttributes, readOnly },
    };
  }
  const kind = spec.csi ? `of the driver ${spec.csi.driver}` : "of a kind that cannot be mounted twice";
  throw new InvalidInputError(subject, [
    {
      path: "storageClass",
      message:
        `makes volumes ${kind}; drills must mount the same folder in their own namespace, which is known to work for nfs, ` +
        `${NFS_DRIVER}, local and hostPath: give server and path instead`,
    },
  ]);
}
