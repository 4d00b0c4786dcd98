import type { types } from "@pulumi/kubernetes";
import { z } from "zod";
import { SECRET_FOLDERS } from "../../model/job-config";
import { bucketName, kubernetesName, regionName } from "../../model/names";
import { STORAGE_FOLDERS, STORAGE_KINDS, type StorageAccess } from "../../model/storage-access";
import { type Mounted, secretMount } from "../kubernetes/pods";

/** How a Job gets at a storage: each storage component gives one for each of its uses. */
export interface StorageAccessArgs {
  /** `s3-compatible`, `s3` or `nfs`. @default "s3-compatible" */
  kind?: string;
  /** s3-compatible: a Secret with ACCESS_KEY_ID, ACCESS_SECRET_KEY, BUCKET, ENDPOINT and REGION where the Job runs. */
  secret?: string;
  /** nfs: a PersistentVolumeClaim where the Job runs. */
  claim?: string;
  /** s3: the bucket. */
  bucket?: string;
  /** s3: its region. */
  region?: string;
  /** s3: the account that must own the bucket. */
  owner?: string;
  /** s3: the IAM role of the Job's service account (IRSA). @default none, as with EKS Pod Identity */
  roleArn?: string;
}

/** Which of its settings each kind needs; the others have no meaning there. */
const NEEDS = {
  "s3-compatible": { required: ["secret"], optional: [] },
  s3: { required: ["bucket", "region"], optional: ["owner", "roleArn"] },
  nfs: { required: ["claim"], optional: [] },
} as const;

const SETTINGS = ["secret", "claim", "bucket", "region", "owner", "roleArn"] as const;

export const storageAccessField = z
  .strictObject({
    kind: z.enum(STORAGE_KINDS).default("s3-compatible"),
    secret: kubernetesName.optional(),
    claim: kubernetesName.optional(),
    bucket: bucketName.optional(),
    region: regionName.optional(),
    owner: z
      .string()
      .regex(/^\d{12}$/, { error: "must be an AWS account's number: 12 digits" })
      .optional(),
    roleArn: z
      .string()
      .regex(/^arn:[^:]+:iam::\d{12}:role\/.+/, { error: "must be an IAM role's ARN" })
      .optional(),
  } satisfies Record<keyof StorageAccessArgs, z.ZodType>)
  .superRefine((access, context) => {
    const { required, optional } = NEEDS[access.kind];
    const known: readonly string[] = [...required, ...optional];
    for (const setting of SETTINGS) {
      const given = access[setting] !== undefined;
      if (given && !known.includes(setting))
        context.addIssue({ code: "custom", path: [setting], message: `has no meaning for kind "${access.kind}"` });
      if (!given && (required as readonly string[]).includes(setting))
        context.addIssue({ code: "custom", path: [setting], message: `is missing: kind "${access.kind}" needs it` });
    }
  });

export type StorageAccessDeclaration = z.output<typeof storageAccessField>;

/**
 * What the storage's and the backup's descriptors both say of the same writer, and a drill's of the same reader. Claims
 * and Secrets are those of the namespace in which they are used.
 */
export function writerId(access: StorageAccessDeclaration, namespace: string): string {
  switch (access.kind) {
    case "s3-compatible":
      return `secret ${namespace}/${access.secret}`;
    case "s3":
      return `bucket ${access.bucket}`;
    case "nfs":
      return `claim ${namespace}/${access.claim}`;
  }
}

/** Where a Job finds what it needs of a storage. */
export interface MountPoint {
  /** The volumes' name in the pod. */
  name: string;
  /** For the Secret: one of SECRET_FOLDERS. */
  secrets: string;
  /** For the volume: one of STORAGE_FOLDERS. */
  folder: string;
  readOnly: boolean;
  /**
   * The volume is this folder of the storage alone, and is mounted at its place below `folder`. A bucket's key is limited
   * by the bucket.
   */
  within?: string;
}

/** The storage that a Job works on. */
export const jobStorage = (readOnly: boolean): MountPoint => ({
  name: "storage",
  secrets: SECRET_FOLDERS.storage,
  folder: STORAGE_FOLDERS.storage,
  readOnly,
});

/** The storage of the other copy. */
export const offSiteStorage = (readOnly: boolean): MountPoint => ({
  name: "off-site",
  secrets: SECRET_FOLDERS.offSite,
  folder: STORAGE_FOLDERS.offSite,
  readOnly,
});

/** What the agent is told of the storage. */
export function agentAccess(
  access: StorageAccessDeclaration,
  { folder, within }: Pick<MountPoint, "folder" | "within">,
): StorageAccess {
  const { kind, bucket = "", region = "", owner } = access;
  if (kind === "s3") return { kind, bucket, region, ...(owner === undefined ? {} : { owner }) };
  return kind === "nfs" ? { kind, path: folder, ...(within === undefined ? {} : { within }) } : { kind };
}

/** What the pod must mount for it. */
export function storageMounts(access: StorageAccessDeclaration, at: MountPoint): Mounted[] {
  if (access.kind === "s3-compatible") return [secretMount(at.name, access.secret ?? "", at.secrets)];
  if (access.kind === "nfs")
    return [
      {
        volume: { name: at.name, persistentVolumeClaim: { claimName: access.claim ?? "", readOnly: at.readOnly } },
        mount: {
          name: at.name,
          mountPath: at.within === undefined ? at.folder : `${at.folder}/${at.within}`,
          readOnly: at.readOnly,
        },
      },
    ];
  return [];
}

/** The service account's annotations by which EKS gives its pods the access' IAM role. */
export function identityAnnotations(
  ...accesses: (StorageAccessDeclaration | undefined)[]
): types.input.meta.v1.ObjectMeta["annotations"] {
  const roleArn = accesses.find((access) => access?.roleArn !== undefined)?.roleArn;
  return roleArn === undefined ? undefined : { "eks.amazonaws.com/role-arn": roleArn };
}
