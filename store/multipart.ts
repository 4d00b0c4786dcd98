import { webcrypto } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { PartPlan } from "./part-size";

/**
 * A multipart upload of a stream, in place of @aws-sdk/lib-storage: that copies every byte into fresh buffers and
 * hashes on the main thread, which held pg_dump back (measured: a third of the dump's time on two cores). Here parts
 * are collected in a few buffers that are used again, and hashed on the thread pool.
 */
export interface MultipartTarget {
  client: S3Client;
  /** For the completion, during which a store may be silent for minutes. */
  patient: S3Client;
  Bucket: string;
  Key: string;
  signal: AbortSignal | undefined;
  /** Whether each upload names its SHA-256: Amazon S3 refuses others in a bucket with Object Lock, some servers refuse these. @default false */
  checksums?: boolean;
}

const CLEANUP_MS = 10_000;

/** A part must be stored within this time, and a second more for each megabyte: so a store that hangs is noticed. */
const PART_MS = 75_000;

/** Stores what `body` yields. When this throws, no object was made, and the parts are gone where the key allows it. */
export async function uploadStream(
  target: MultipartTarget,
  body: AsyncIterable<Buffer>,
  plan: PartPlan,
): Promise<void> {
  const parts = new Parts(target, plan);
  try {
    let buffer = await parts.buffer();
    let filled = 0;
    for await (const chunk of body) {
      let from = 0;
      while (from < chunk.length) {
        // A full part is sent only when more follows: so the last one is known, and a short stream is one plain put.
        if (filled === buffer.length) {
          await parts.send(buffer, filled);
          buffer = await parts.buffer();
          filled = 0;
        }
        const copied = chunk.copy(buffer, filled, from);
        from += copied;
        filled += copied;
      }
    }
    await parts.finish(buffer, filled);
  } catch (error) {
    await parts.abort();
    throw error;
  }
}

class Parts {
  private uploadId: string | undefined;
  private readonly etags: { PartNumber: number; ETag: string; ChecksumSHA256?: string }[] = [];
  private readonly free: Buffer[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private buffers = 0;
  private sent = 0;
  private failure: { error: unknown } | undefined;

  constructor(
    private readonly target: MultipartTarget,
    private readonly plan: PartPlan,
  ) {}

  /** A buffer to fill: a new one while there may be more, then the first that is sent. */
  async buffer(): Promise<Buffer> {
    for (;;) {
      if (this.failure) throw this.failure.error;
      const free = this.free.pop();
      if (free) return free;
      if (this.buffers <= this.plan.parallel) {
        this.buffers++;
        return Buffer.allocUnsafeSlow(this.plan.partSize);
      }
      await Promise.race(this.underWay);
    }
  }

  /** Begins to send a part. Its error is thrown by whatever is called next. */
  async send(buffer: Buffer, length: number): Promise<void> {
    const { client, Bucket, Key, signal } = this.target;
    if (this.uploadId === undefined) {
      const command = new CreateMultipartUploadCommand({ Bucket, Key, ...checksumOf(this.target.checksums) });
      const begun = await client.send(command, { abortSignal: signal });
      this.uploadId = begun.UploadId;
    }
    const number = ++this.sent;
    const sending = this.sendPart(buffer, length, number)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => {
        this.underWay.delete(sending);
        this.free.push(buffer);
      });
    this.underWay.add(sending);
  }

  async finish(buffer: Buffer, length: number): Promise<void> {
    const { client, patient, Bucket, Key, signal } = this.target;
    signal?.throwIfAborted();
    if (this.uploadId === undefined) {
      const put = { Bucket, Key, Body: buffer.subarray(0, length), ...checksumOf(this.target.checksums) };
      await client.send(new PutObjectCommand(put), { abortSignal: signal });
      return;
    }
    await this.send(buffer, length);
    await Promise.all(this.underWay);
    if (this.failure) throw this.failure.error;
    this.etags.sort((a, b) => a.PartNumber - b.PartNumber);
    const command = new CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId: this.uploadId,
      MultipartUpload: { Parts: this.etags },
    });
    await patient.send(command, { abortSignal: signal }).catch((error: unknown) => {
      if (!wasCompleted(error)) throw error;
    });
  }

  /** Best effort: the bucket's lifecycle rule for unfinished uploads takes what stays behind. */
  async abort(): Promise<void> {
    await Promise.all(this.underWay);
    const { client, Bucket, Key } = this.target;
    if (this.uploadId === undefined) return;
    const command = new AbortMultipartUploadCommand({ Bucket, Key, UploadId: this.uploadId });
    await client.send(command, { abortSignal: AbortSignal.timeout(CLEANUP_MS) }).catch(() => undefined);
  }

  private async sendPart(buffer: Buffer, length: number, number: number): Promise<void> {
    const { client, Bucket, Key, signal, checksums } = this.target;
    const Body = buffer.subarray(0, length);
    const sha256 = Buffer.from(await webcrypto.subtle.digest("SHA-256", Body));
    const digest = sha256.toString("hex");
    const checksum = checksums ? { ChecksumSHA256: sha256.toString("base64") } : {};
    const part = { Bucket, Key, UploadId: this.uploadId, PartNumber: number, Body, ...checksum };
    const command = new UploadPartCommand(part);
    // The signer takes the digest from here instead of computing it; the store checks the part against it.
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-amz-content-sha256"] = digest;
        return next(args);
      },
      { step: "build", name: "partDigest" },
    );
    const limit = Math.round(PART_MS + length / 1000);
    const deadline = AbortSignal.timeout(limit);
    const abortSignal = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const { ETag } = await client.send(command, { abortSignal }).catch((error: unknown) => {
      if (!deadline.aborted || signal?.aborted) throw error;
      const message = `part ${number} was not stored within ${Math.round(limit / 1000)} s`;
      throw Object.assign(new Error(message), { name: "TimeoutError" });
    });
    if (!ETag) throw new Error(`the store gave no ETag for part ${number}`);
    this.etags.push({ PartNumber: number, ETag, ...checksum });
  }
}

/**
 * Asked once more, after an answer that was lost, a server knows no such upload any more: it has made the object of it.
 * Whoever stores looks at the object's size afterwards, and finds out where that is not so.
 */
function wasCompleted(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { attempts?: number } };
  return name === "NoSuchUpload" && ($metadata?.attempts ?? 1) > 1;
}

/** What a put, or the beginning of an upload in parts, says of its checksum. */
export function checksumOf(checksums = false) {
  return checksums ? { ChecksumAlgorithm: "SHA256" as const } : {};
}
