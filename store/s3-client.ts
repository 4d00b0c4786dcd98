import { S3Client } from "@aws-sdk/client-s3";
import type { Bucket } from "./bucket";
import { patientRetries } from "./retries";

export interface Patience {
  /** How long a connection may be idle, in milliseconds. */
  idleMs: number;
  /**
   * How long a server that does not answer, or is too busy to, is asked again, in milliseconds; `once`: never.
   * @default 0: three attempts
   */
  awayMs?: number | "once";
}

/** A client for `bucket` with `patience`. */
export function s3Client({ endpoint, region, credentials, owner }: Bucket, { idleMs, awayMs = 0 }: Patience): S3Client {
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    region,
    ...(credentials ? { credentials } : {}),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false, // it would cost a round trip and a new connection for every part
    ...(awayMs === "once" ? { maxAttempts: 1 } : { retryStrategy: patientRetries(awayMs) }),
    requestHandler: { connectionTimeout: 10_000, socketTimeout: idleMs },
  });
  if (owner !== undefined) {
    // A bucket that somebody else has taken under the same name must not get backups.
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-amz-expected-bucket-owner"] = owner;
        return next(args);
      },
      { step: "build", name: "expectedBucketOwner" },
    );
  }
  return client;
}
