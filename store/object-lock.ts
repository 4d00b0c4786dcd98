import {
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { NO_END } from "../model/retention";
import { ReportedError } from "../runtime/errors";

/** What a bucket without Object Lock, or a server that does not know it, answers. */
const WITHOUT: ReadonlySet<string> = new Set([
  "NotImplemented",
  "MethodNotAllowed",
  "ObjectLockConfigurationNotFoundError",
]);

/**
 * Until when Object Lock keeps the newest version of `key`: NO_END under a legal hold; undefined when nothing keeps it;
 * `unsupported` when the bucket has no Object Lock. S3 lets locked objects be "deleted" all the same, by a marker over
 * them, so that whoever prunes must look. A key that may not ask for an object's lock may still see that the bucket has
 * none. Throws what the client threw, and a ReportedError when the key may see neither.
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
    if (isUnsupported(error) || (isDenied(error) && !(await mayLock(client, object, abortSignal))))
      return "unsupported";
    throw isDenied(error) ? new MayNotAskError(object) : error;
  }
}

/** Nobody may say that an object is not locked, since nobody can tell. */
export class MayNotAskError extends ReportedError {
  constructor({ Bucket, Key }: { Bucket: string; Key: string }) {
    super(
      `cannot tell whether Object Lock keeps ${Key} in the bucket ${Bucket}: the access key may not ask; allow it ` +
        "s3:GetBucketObjectLockConfiguration and, where the bucket locks objects, s3:GetObjectRetention and s3:GetObjectLegalHold",
    );
  }
}

/** Whether the bucket has Object Lock, as far as the key may know. */
async function mayLock(client: S3Client, { Bucket }: { Bucket: string }, abortSignal?: AbortSignal): Promise<boolean> {
  try {
    await client.send(new GetObjectLockConfigurationCommand({ Bucket }), { abortSignal });
    return true;
  } catch (error) {
    if (isUnsupported(error)) return false;
    if (isDenied(error)) return true;
    throw error;
  }
}

function isDenied(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return name === "AccessDenied" || $metadata?.httpStatusCode === 403;
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
