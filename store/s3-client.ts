import { S3Client } from "@aws-sdk/client-s3";
import type { Bucket } from "./bucket";

/** A client for `bucket` that gives up on a connection that was idle for `socketTimeout` milliseconds. */
export function s3Client({ endpoint, region, credentials, owner }: Bucket, socketTimeout: number): S3Client {
  const client = new S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    region,
    ...(credentials ? { credentials } : {}),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    expectContinueHeader: false, // it would cost a round trip and a new connection for every part
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 10_000, socketTimeout },
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
