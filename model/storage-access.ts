import { z } from "zod";
import { bucketName, regionName } from "./names";

/** The kinds of storage that hold backups. */
export const STORAGE_KINDS = ["s3-compatible", "s3", "nfs"] as const;
export type StorageKind = (typeof STORAGE_KINDS)[number];

/**
 * How one Job gets at a storage. It holds no secret:
 * - `s3-compatible`: everything stands in a Secret mounted as a folder (see SECRET_FOLDERS);
 * - `s3`: Amazon S3 with the credentials of the pod's own identity (IRSA or EKS Pod Identity), or, with `endpoint`,
 *   whatever answers there in the same way;
 * - `nfs`: a volume mounted at `path`.
 */
export const storageAccessSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("s3-compatible") }),
  z.strictObject({
    kind: z.literal("s3"),
    bucket: bucketName,
    region: regionName,
    endpoint: z.string().optional(),
    /** The account that owns the bucket: requests to a bucket of another one are refused by S3. */
    owner: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("nfs"),
    path: z.string().startsWith("/"),
    /** The one folder of the storage, relative to `path`, that the volume is: a drill may write to `evidence` alone. */
    within: z.string().min(1).optional(),
  }),
]);
export type StorageAccess = z.infer<typeof storageAccessSchema>;

/** Where a Job's volumes of NFS storages are mounted. */
export const STORAGE_FOLDERS = {
  /** The storage that a Job works on: backups are written to it, read from it, pruned in it, or copied from it. */
  storage: "/var/lib/restorable/storage",
  /** Where a drill's evidence goes. */
  evidence: "/var/lib/restorable/evidence",
  /** The other copy: what a copying Job writes to, and what a drill reads in turn with the first. */
  offSite: "/var/lib/restorable/off-site",
} as const;
