import { DeleteObjectCommand, DeleteObjectsCommand, type S3Client } from "@aws-sdk/client-s3";

/** S3's limit on the keys of one DeleteObjects (Amazon S3 API Reference). */
const MOST_AT_ONCE = 1000;
/** How many single requests are under way. */
const PARALLEL = 8;
/** Cleaning up is tried, not waited for. */
const REQUEST_MS = 30_000;

export interface Failure {
  /** Absent: of all of them. */
  key?: string;
  error: unknown;
}

/**
 * Removes objects: many with one request where the server knows DeleteObjects, and one by one where it does not (Google
 * Cloud Storage, ONTAP), which each says in its own way. It is not ended by a stop signal: it is what cleaning up after one
 * needs.
 */
export class Removal {
  /** False as soon as the server has refused many at once, and taken one. */
  private together = true;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  /** Tries all; gives what went wrong. */
  async remove(keys: readonly string[]): Promise<Failure[]> {
    const failures: Failure[] = [];
    for (let from = 0; from < keys.length; from += MOST_AT_ONCE)
      failures.push(...(await this.removeSome(keys.slice(from, from + MOST_AT_ONCE))));
    return failures;
  }

  private async removeSome(keys: readonly string[]): Promise<Failure[]> {
    if (!this.together) return this.oneByOne(keys);
    try {
      return await this.atOnce(keys);
    } catch (error) {
      if (!isOfManyAtOnce(error)) return [{ error, ...(keys.length === 1 ? { key: keys[0] } : {}) }];
      const failures = await this.oneByOne(keys);
      this.together = failures.length === keys.length;
      return failures;
    }
  }

  private async atOnce(keys: readonly string[]): Promise<Failure[]> {
    const { Errors = [] } = await this.client.send(
      new DeleteObjectsCommand({
        Bucket: this.bucket,
        Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
      }),
      { abortSignal: AbortSignal.timeout(REQUEST_MS) },
    );
    return Errors.map(({ Code, Message, Key }) => ({
      key: Key,
      error: Object.assign(new Error(Message), { name: Code }),
    }));
  }

  private async oneByOne(keys: readonly string[]): Promise<Failure[]> {
    const failures: Failure[] = [];
    const left = [...keys];
    const worker = async () => {
      for (let Key = left.shift(); Key !== undefined; Key = left.shift()) {
        const key = Key;
        const command = new DeleteObjectCommand({ Bucket: this.bucket, Key });
        await this.client
          .send(command, { abortSignal: AbortSignal.timeout(REQUEST_MS) })
          .catch((error: unknown) => failures.push({ key, error }));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return failures;
  }
}

/**
 * Whether the server may have refused the request for what it is, and not for what it asks. Nobody says so in the same way:
 * 501 NotImplemented, 405, 400 InvalidArgument, 403 AccessDenied; so with each of them single requests decide.
 */
function isOfManyAtOnce(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === 400 || status === 403 || status === 405 || status === 501;
}
