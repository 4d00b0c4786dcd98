import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";

/**
 * A server's clock, by the dates of its answers. It must be asked: the SDK signs with the server's time as soon as the
 * server says that the own one is wrong, and so nobody hears of it.
 */
export class ServerClock {
  private aheadMs: number | undefined;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        this.note((result.response as { headers?: Record<string, string> }).headers?.date);
        return result;
      },
      { step: "deserialize", name: "noteServerDate", priority: "low" },
    );
  }

  /** By how many milliseconds it is ahead of the own clock, to a second; undefined when its answers bear no date. */
  async ahead(abortSignal?: AbortSignal): Promise<number | undefined> {
    // Any answer will do, also a refusal.
    if (this.aheadMs === undefined)
      await this.client.send(new HeadBucketCommand({ Bucket: this.bucket }), { abortSignal }).catch(() => undefined);
    return this.aheadMs;
  }

  private note(date: string | undefined): void {
    const ahead = Date.parse(date ?? "") - Date.now();
    if (!Number.isNaN(ahead)) this.aheadMs = ahead;
  }
}
