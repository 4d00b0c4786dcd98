import type { types } from "@pulumi/kubernetes";
import { InvalidInputError } from "../../../model/problems";

type VolumeSpec = types.output.core.v1.PersistentVolumeSpec;
type VolumeInput = types.input.core.v1.PersistentVolumeSpec;

/**
 * Kubernetes passes over `readOnly` of a PersistentVolume's NFS source (pkg/volume/nfs: what counts is the pod's own word):
 * the mount itself must be read-only.
 */
export function mountOptionsOf(options: readonly string[], readOnly: boolean): { mountOptions?: string[] } {
  const all = [...options, ...(readOnly ? ["ro"] : [])];
  return all.length === 0 ? {} : { mountOptions: all };
}

/** `folder` in `path`; all of `path` when it is undefined. */
export function pathWithin(path: string, folder: string | undefined): string {
  return folder === undefined ? path : `${path.replace(/\/+$/, "")}/${folder}`;
}

/** What a volume needs to be the same one once more. */
export type VolumeSource = Pick<VolumeInput, "nfs" | "csi" | "local" | "hostPath" | "nodeAffinity" | "mountOptions">;

/** Of this driver the volume's attributes say what is mounted, and the handle need only be unique. */
const NFS_DRIVER = "nfs.csi.k8s.io";

/** How a further volume is used. */
export interface VolumeUse {
  name: string;
  readOnly: boolean;
  /** The folder of the storage that the volume is. @default all of it */
  within?: string;
}

/**
 * The source of the bound volume `spec` for a further volume. A claim belongs to one namespace, so that drills need
 * volumes of their own: whoever may use a claim can mount all of its volume, so that nothing but the volume itself limits
 * what they can do. `subject` is who asks, for messages.
 */
export function clonedSource(spec: VolumeSpec, { name, readOnly, within }: VolumeUse, subject: string): VolumeSource {
  const { nodeAffinity } = spec;
  const node = nodeAffinity && { nodeAffinity };
  const mounted = mountOptionsOf(spec.mountOptions ?? [], readOnly);
  const path = (of: string) => pathWithin(of, within);
  if (spec.nfs) return { ...node, ...mounted, nfs: { ...spec.nfs, path: path(spec.nfs.path), readOnly } };
  if (spec.hostPath) return { ...node, hostPath: { ...spec.hostPath, path: path(spec.hostPath.path) } };
  if (spec.local) return { ...node, local: { ...spec.local, path: path(spec.local.path) } };
  if (spec.csi?.driver === NFS_DRIVER) {
    // A pod with two volumes of one handle waits for the second one for ever.
    const volumeHandle = `${spec.csi.volumeHandle}##${name}`;
    const { subdir = "", ...attributes } = spec.csi.volumeAttributes ?? {};
    const folder = path(subdir).replace(/^\/+/, "");
    const volumeAttributes = { ...attributes, ...(folder === "" ? {} : { subdir: folder }) };
    return { ...node, ...mounted, csi: { driver: NFS_DRIVER, volumeHandle, volumeAttributes, readOnly } };
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
