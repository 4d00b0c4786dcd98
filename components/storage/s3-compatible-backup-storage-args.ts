import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { drillNamespaceProblem, endpointProblem } from "../../model/contradictions";
import { imageField } from "../../model/fields";
import { bucketName, kubernetesName, regionName } from "../../model/names";
import { type PromiseId, promisesTried, STORAGE_USES, type StorageUse } from "../../model/storage-promises";
import { prefixField } from "../backup/logical-backup-args";
import { type PodSettingsArgs, podSettingsField } from "../kubernetes/pod-settings";
import { oneCredentialProblem, reportProblem, secretField } from "../validate";

/** A key to the bucket: either the name of a Secret that is there already, or the key itself. */
export interface StorageCredentialsArgs {
  /** A Secret with ACCESS_KEY_ID, ACCESS_SECRET_KEY, BUCKET, ENDPOINT and REGION in the namespace where it is used. */
  existingSecret?: string;
  accessKeyId?: pulumi.Input<string>;
  secretAccessKey?: pulumi.Input<string>;
}

/** A bucket on any server that speaks S3, and keys to it. */
export interface S3CompatibleBucketArgs {
  /** The server's address, such as `https://s3.example.com`. http is refused unless `allowInsecure`. */
  endpoint: string;
  /** The bucket; it must exist. */
  bucket: string;
  /** What requests are signed for; servers without regions accept `us-east-1`. */
  region: string;
  /** Below which everything is kept: "" or ending in a slash. @default "" */
  prefix?: string;
  /** Caution: over http backups and keys travel in the clear. For a lab only. @default false */
  allowInsecure?: boolean;
  /** May write below `backups/`; used in the source's namespace. */
  writer: StorageCredentialsArgs;
  /**
   * May read and list below `backups/`, and write nothing: used by drills. @default none, where a platform's own stack
   * drills: then nothing is made in the drills' namespace
   */
  reader?: StorageCredentialsArgs;
  /**
   * May read and list, and delete below `backups/`, but no versions: removes backups that are no longer kept, in the
   * source's namespace. @default none: nothing is removed
   */
  pruner?: StorageCredentialsArgs;
  /**
   * Whether a deployment tries what the storage keeps (docs/storage-check.md) and fails when a promise of `require` is
   * not kept. @default true, where there is an `agentImage`
   */
  checkOnDeployment?: boolean;
  /**
   * What the storage must keep, by the ids of docs/storage-check.md; the rest is told in the check's log.
   * @default reachable, private, versioning, writer-keeps-versions, checksums, multipart, and that each key may do what
   * it is for and nothing else
   */
  require?: string[];
}

export interface S3CompatibleBackupStorageArgs extends S3CompatibleBucketArgs {
  /** Where backups run. It must exist. */
  sourceNamespace: string;
  /** Where drills run. It must exist. */
  drillNamespace: string;
  /** May write below `evidence/` and nothing else: used by drills. @default none, as where only off-site copies are kept */
  evidence?: StorageCredentialsArgs;
  /**
   * May read and list below `backups/`: used in the source's namespace, to copy backups off-site.
   * @default none: nothing is copied from here
   */
  copier?: StorageCredentialsArgs;
  /** The agent's image, for the check on deployment. @default none: nothing is checked */
  agentImage?: string;
  /** What the platform asks of the check's pods: OpenShift's user ids, a CPU limit. @default nothing */
  pods?: PodSettingsArgs;
}

const credentials = z
  .strictObject({
    existingSecret: kubernetesName.optional(),
    accessKeyId: secretField().optional(),
    secretAccessKey: secretField().optional(),
  } satisfies Record<keyof StorageCredentialsArgs, z.ZodType>)
  .superRefine(({ existingSecret, accessKeyId, secretAccessKey }, context) => {
    const both = "accessKeyId and secretAccessKey";
    reportProblem(oneCredentialProblem(existingSecret, accessKeyId ?? secretAccessKey, both), context);
    const half = (accessKeyId === undefined) !== (secretAccessKey === undefined);
    if (half) reportProblem(`give ${both} together`, context);
  });

export const s3CompatibleStorageSchema = z
  .strictObject({
    endpoint: z.string(),
    bucket: bucketName,
    region: regionName,
    prefix: prefixField.default(""),
    allowInsecure: z.boolean().default(false),
    sourceNamespace: kubernetesName,
    drillNamespace: kubernetesName,
    writer: credentials,
    reader: credentials.optional(),
    evidence: credentials.optional(),
    pruner: credentials.optional(),
    copier: credentials.optional(),
    agentImage: imageField.optional(),
    pods: podSettingsField,
    checkOnDeployment: z.boolean().optional(),
    require: z.array(z.string()).optional(),
  } satisfies Record<keyof S3CompatibleBackupStorageArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblem(endpointProblem(args.endpoint, args.allowInsecure), context, "endpoint");
    reportProblem(drillNamespaceProblem(args.drillNamespace, args.sourceNamespace), context, "drillNamespace");
    const checks = args.checkOnDeployment ?? args.agentImage !== undefined;
    if (checks && args.agentImage === undefined)
      reportProblem("is missing: the check on deployment runs in it", context, "agentImage");
    if (!checks && args.require !== undefined)
      reportProblem(
        "has no meaning without a check on deployment: give agentImage, and leave checkOnDeployment out",
        context,
        "require",
      );
    for (const [index, id] of (args.require ?? []).entries())
      reportProblem(promiseProblem(id, usesOf(args)), context, "require", `${index}`);
  })
  .transform(({ require, ...args }) => ({
    ...args,
    checkOnDeployment: args.checkOnDeployment ?? args.agentImage !== undefined,
    ...(require === undefined ? {} : { require: require as PromiseId[] }),
  })) satisfies z.ZodType<S3CompatibleBackupStorageArgs>;

function usesOf(args: Partial<Record<StorageUse, unknown>>): StorageUse[] {
  return STORAGE_USES.filter((use) => args[use] !== undefined);
}

/** Why `id` cannot be required of a bucket with keys for `uses`. */
function promiseProblem(id: string, uses: readonly StorageUse[]): string | undefined {
  const known = promisesTried("bucket", STORAGE_USES);
  const promise = known.find((one) => one.id === id);
  if (!promise)
    return `"${id}" is nothing that is tried of a bucket; known are: ${known.map((one) => one.id).join(", ")}`;
  const without = promise.needs.filter((use) => !uses.includes(use));
  return without.length === 0 ? undefined : `"${id}" cannot be tried without a key for: ${without.join(", ")}`;
}
