import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { MayNotAskError, objectLock } from "../../store/object-lock";
import { type Outcome, outcome } from "./outcome";
import { type Key, md5, type Site } from "./site";

/** What one key may do, tried so that little or nothing is left behind. Each says whether the server let it. */
export class Rights {
  constructor(
    private readonly site: Site,
    private readonly key: Key,
  ) {}

  async list(prefix: string): Promise<boolean> {
    const { client, bucket } = this.key;
    return allowed(
      await outcome(client.send(new ListObjectsV2Command({ Bucket: bucket.bucket, Prefix: prefix, MaxKeys: 1 }))),
    );
  }

  /** Of an object that is not there, S3 tells only those who may read and list. */
  async read(objectKey: string): Promise<boolean> {
    const { client, bucket } = this.key;
    const answer = await outcome(client.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: objectKey })));
    if (answer.kind === "done") await answer.value.Body?.transformToByteArray();
    return allowed(answer);
  }

  /**
   * The digest sent along is one of something else: a key that may write is told so, one that may not is refused before,
   * and nothing is stored either way.
   */
  async write(objectKey: string): Promise<boolean> {
    const { client, bucket } = this.key;
    const answer = await outcome(
      client.send(
        new PutObjectCommand({ Bucket: bucket.bucket, Key: objectKey, Body: "tried", ContentMD5: md5("not this") }),
      ),
    );
    if (answer.kind === "done") this.site.note(objectKey, answer.value.VersionId);
    return allowed(answer);
  }

  async delete(objectKey: string): Promise<boolean> {
    const { client, bucket } = this.key;
    const answer = await outcome(client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key: objectKey })));
    if (answer.kind === "done") this.site.note(objectKey, answer.value.VersionId);
    return allowed(answer);
  }

  /** Whether pruning would learn if Object Lock keeps the object. */
  async seeLock(Key: string): Promise<boolean> {
    const { client, bucket } = this.key;
    try {
      await objectLock(client, { Bucket: bucket.bucket, Key });
      return true;
    } catch (error) {
      if (error instanceof MayNotAskError) return false;
      throw error;
    }
  }

  /** By both of the requests that S3 has for it. What counts is whether it went: a lock is refused in other words. */
  async deleteVersion(objectKey: string, VersionId: string): Promise<boolean> {
    const { client, bucket } = this.key;
    const Bucket = bucket.bucket;
    const several = await outcome(
      client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: objectKey, VersionId }] } })),
    );
    if (several.kind === "done" && (several.value.Errors ?? []).length === 0) return true;
    const single = await outcome(client.send(new DeleteObjectCommand({ Bucket, Key: objectKey, VersionId })));
    return single.kind === "done";
  }
}

function allowed<T>(answer: Outcome<T>): boolean {
  return answer.kind !== "denied";
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
