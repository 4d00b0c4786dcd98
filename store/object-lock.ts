import { GetObjectLegalHoldCommand, GetObjectRetentionCommand, type S3Client } from "@aws-sdk/client-s3";
import { NO_END } from "../model/retention";

/** What a bucket without Object Lock, or a server that does not know it, answers. */
const WITHOUT: ReadonlySet<string> = new Set([
  "NotImplemented",
  "MethodNotAllowed",
  "ObjectLockConfigurationNotFoundError",
]);

/**
 * Until when Object Lock keeps the newest version of `key`: NO_END under a legal hold; undefined when nothing keeps it;
 * `unsupported` when the bucket has no Object Lock. S3 lets locked objects be "deleted" all the same, by a marker over
 * them, so that whoever prunes must look. Throws what the client threw, as when the key may not ask.
 */
export async function objectLock(
  client: S3Client,
  object: { Bucket: string; Key: string },
  abortSignal?: AbortSignal,
): Promise<Date | undefined | "unsupported"> {
  try {
    const held = await answered(() => client.send(new GetObjectLegalHoldCommand(object), { abortSignal }));
    if (held?.LegalHold?.Status === "ON") return NO_END;
    const kept = await answered(() => client.send(new GetObjectRetentionCommand(object), { abortSignal }));
    return kept?.Retention?.RetainUntilDate;
  } catch (error) {
    if (isUnsupported(error)) return "unsupported";
    throw error;
  }
}

/** Undefined: this object has none, or is not there. */
async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { name } = error as Error;
    if (name === "NoSuchObjectLockConfiguration" || name === "NoSuchKey") return undefined;
    throw error;
  }
}

function isUnsupported(error: unknown): boolean {
  const { name, message } = error as Error;
  // Amazon's words: "Bucket is missing Object Lock Configuration"; those of other servers differ by a space.
  return WITHOUT.has(name) || (name === "InvalidRequest" && /missing object ?lock/i.test(message));
}
