import { createHash } from "node:crypto";
import type { S3Client } from "@aws-sdk/client-s3";

const WRITES: ReadonlySet<string | undefined> = new Set(["PutObjectCommand", "UploadPartCommand"]);

/**
 * Lets `client` send an MD5 along with what it stores as soon as the server demands one. S3 does so where a bucket locks
 * objects ("Content-MD5 OR x-amz-checksum- HTTP header is required …"); of its compatible servers some do, some did not
 * yet (MinIO, versitygw 1.8), and some know no checksums at all, so that nothing but their own word can decide.
 */
export function sendDemandedDigests(client: S3Client): void {
  let demanded = false;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { Body } = args.input as { Body?: unknown };
        if (!WRITES.has(commandName) || !Buffer.isBuffer(Body)) return next(args);
        const withDigest = () => {
          const ContentMD5 = createHash("md5").update(Body).digest("base64");
          return next({ ...args, input: { ...args.input, ContentMD5 } });
        };
        if (demanded) return withDigest();
        try {
          return await next(args);
        } catch (error) {
          if (!demandsDigest(error)) throw error;
          demanded = true;
          return withDigest();
        }
      },
    { step: "initialize", name: "demandedDigest" },
  );
}

function demandsDigest(error: unknown): boolean {
  const { name, message } = error as Error;
  if (name === "MissingContentMD5") return true;
  return name === "InvalidRequest" && /required/i.test(message) && /content-md5|x-amz-checksum/i.test(message);
}
