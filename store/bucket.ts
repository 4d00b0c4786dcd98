import { EXIT, ReportedError } from "../runtime/errors";
import { readSecret } from "../runtime/secret-files";

/** A bucket and the way to it. Without `credentials` the SDK finds the pod's own (IRSA, EKS Pod Identity, variables). */
export interface Bucket {
  bucket: string;
  region: string;
  /** Amazon's own where there is none. */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** The account that must own the bucket. */
  owner?: string;
}

/** The keys of a storage Secret. */
const STORAGE_KEYS = ["ACCESS_KEY_ID", "ACCESS_SECRET_KEY", "BUCKET", "ENDPOINT", "REGION"] as const;

/** What the storage Secret mounted at `folder` says. */
export async function readBucketSecret(folder: string): Promise<Bucket> {
  const secret = await readSecret(folder, STORAGE_KEYS);
  if (!/^https?:\/\/[^/@]+\/?$/.test(secret.ENDPOINT)) {
    throw new ReportedError(
      `${folder}/ENDPOINT is no address of a server: give http:// or https://, a host and, if needed, a port, and no credentials`,
      EXIT.badInput,
    );
  }
  return {
    bucket: secret.BUCKET,
    region: secret.REGION,
    endpoint: secret.ENDPOINT,
    credentials: { accessKeyId: secret.ACCESS_KEY_ID, secretAccessKey: secret.ACCESS_SECRET_KEY },
  };
}
