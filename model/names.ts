import { z } from "zod";

/**
 * Names that other systems limit. Each schema's message says the limit and its reason.
 * Sources: Kubernetes "Object Names and IDs" and CronJob reference; Amazon S3 "General purpose bucket naming rules".
 */

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** A Kubernetes DNS label: namespaces, Services, and whatever is used in a label's value. */
export const kubernetesName = z
  .string()
  .max(63, { error: "has over 63 characters, Kubernetes' limit for a DNS label" })
  .regex(DNS_LABEL, {
    error:
      "must be a Kubernetes name: lower-case letters, digits and hyphens, beginning and ending with a letter or digit",
  });

/** CronJob names leave 11 characters for the suffix of the Jobs they make. */
export const CRON_JOB_NAME_LIMIT = 52;

/** The problem with `name` as a CronJob's name, or undefined. */
export function cronJobNameProblem(name: string): string | undefined {
  if (name.length <= CRON_JOB_NAME_LIMIT) return undefined;
  return `makes the CronJob name "${name}" of ${name.length} characters; Kubernetes allows ${CRON_JOB_NAME_LIMIT} (it appends 11 to name the Jobs): shorten it by ${name.length - CRON_JOB_NAME_LIMIT}`;
}

/** The first S3 naming rule that `bucket` breaks, or undefined. */
export function bucketNameProblem(bucket: string): string | undefined {
  if (bucket.length < 3 || bucket.length > 63)
    return `"${bucket}" has ${bucket.length} characters; S3 bucket names have 3 to 63`;
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(bucket))
    return `"${bucket}" is refused by S3: only lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit`;
  if (bucket.includes("..")) return `"${bucket}" is refused by S3: two dots in a row`;
  if (/^\d+\.\d+\.\d+\.\d+$/.test(bucket)) return `"${bucket}" is refused by S3: it looks like an IP address`;
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(bucket) || /(-s3alias|--ol-s3|--x-s3|\.mrap|--table-s3)$/.test(bucket))
    return `"${bucket}" is refused by S3: the prefix or suffix is reserved`;
  return undefined;
}

export const bucketName = z.string().superRefine((bucket, context) => {
  const problem = bucketNameProblem(bucket);
  if (problem) context.addIssue({ code: "custom", message: problem });
});

/** A PostgreSQL identifier: any characters, but no more than 63 bytes (NAMEDATALEN), which the server would cut off. */
export const postgresIdentifier = z
  .string()
  .min(1, { error: "must not be empty" })
  .refine((name) => new TextEncoder().encode(name).length <= 63, {
    error: "has over 63 bytes; PostgreSQL would cut it off",
  })
  .refine((name) => !name.startsWith("pg_"), { error: "must not begin with pg_, which PostgreSQL keeps for its own" });

/** A region of S3. Servers without regions accept `us-east-1`. */
export const regionName = z
  .string()
  .regex(/^[a-z0-9-]+$/, { error: "must be a region's name, such as eu-central-1 or us-east-1" });

/** A range of addresses. */
export const cidrField = z.union([z.cidrv4(), z.cidrv6()], {
  error: "must be an address range, such as 10.0.0.5/32",
});

const HOW_TO_FIND =
  "kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes shows the API server's addresses; " +
  'give each as a range, such as ["10.0.0.5/32"]';

/** The API server's addresses: of all that a drill may reach on its ports, nothing else. There is no safe default. */
export const apiServerCidrsField = z
  .array(cidrField)
  .min(1, { error: `must hold at least one address: ${HOW_TO_FIND}` })
  .prefault([]);

/** The ConfigMap with the newest evidence of RestoreDrill `drill`, in the drills' namespace. */
export function evidenceConfigMapOf(drill: string): string {
  return `${drill}-evidence`;
}
