import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { MAX_ENVELOPE_BYTES } from "../model/signed-record";
import type { EvidenceStorage } from "./storage-source";

/**
 * The evidence in a bucket, read with the credentials that the AWS SDK finds: its environment, its profile, or the
 * machine's own role. They need to list and read below `evidence/`, and nothing else.
 */
export function bucketOf(source: { bucket: string; region?: string; endpoint?: string }): EvidenceStorage {
  const { bucket: Bucket, region, endpoint } = source;
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 2,
    // Servers that are not Amazon's send no checksums of their own.
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return {
    async *list(prefix, abortSignal) {
      const pages = paginateListObjectsV2({ client }, { Bucket, Prefix: prefix }, { abortSignal });
      for await (const { Contents = [], IsTruncated, NextContinuationToken } of pages) {
        // The SDK takes such a page for the last one. Evidence that is not listed would look as if it had been withheld.
        if (IsTruncated && !NextContinuationToken)
          throw new Error(`the listing of ${Bucket} is not complete: the server does not say how to go on`);
        yield Contents.flatMap(({ Key }) => Key ?? []);
      }
    },
    async read(key, abortSignal) {
      // One byte more than evidence may have is enough to see that it is none.
      const Range = `bytes=0-${MAX_ENVELOPE_BYTES}`;
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key, Range }), { abortSignal });
      return (await Body?.transformToString("utf8")) ?? "";
    },
  };
}
