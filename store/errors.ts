import { EXIT, messageOf, ReportedError } from "../runtime/errors";
import type { Bucket } from "./bucket";
import { type Asker, REGION_SETTING, remedy } from "./remedies";

/** Where an operation on the store took place: all that a message may tell of it. Never the credentials. */
export interface Place {
  endpoint: string;
  bucket: string;
  key?: string;
  asker: Asker;
}

/** A bucket and who reaches it: if nobody says so, a pod. */
export function placeOf({ bucket, endpoint, credentials }: Bucket, asker?: Asker): Place {
  return { bucket, endpoint: endpoint ?? "Amazon S3", asker: asker ?? (credentials ? "secret" : "identity") };
}

/** An object that is not there. Its callers know what that means. */
export class NotFoundError extends ReportedError {}

interface ServiceError {
  name?: string;
  code?: string;
  Code?: string;
  message?: string;
  /** Where the bucket is, when it is not where the request was sent. */
  Region?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

/** `error` of the S3 client as a message that says what, where, why, and what to do. */
export function storeError(error: unknown, action: string, place: Place): ReportedError {
  if (error instanceof ReportedError) return error;
  const e = (error ?? {}) as ServiceError;
  const code = e.name && e.name !== "Error" && e.name !== "TypeError" ? e.name : (e.code ?? e.Code ?? "");
  const status = e.$metadata?.httpStatusCode;
  const where = `${place.key ? `${place.key} in ` : ""}the bucket ${place.bucket} at ${place.endpoint}`;
  const cannot = `cannot ${action} ${where}`;
  if (ELSEWHERE.has(code) || status === 301) return new ReportedError(`${cannot}: ${elsewhere(e, place)}`);
  const why = remedy(place.asker, code, e.message) ?? remedy(place.asker, e.code ?? "", e.message);
  // A person has forgotten to give them; a pod may get them when it tries again.
  const forgotten = place.asker === "person" && code === "CredentialsProviderError";
  if (why) return new ReportedError(`${cannot}: ${why}`, ...(forgotten ? [EXIT.badInput] : []));
  if (isNotThere(code, status)) return new NotFoundError(`${cannot}: there is no such object`);
  if (code === "AbortError") return new ReportedError(`${cannot}: it was interrupted`);
  if (status === 403) return new ReportedError(`${cannot}: ${remedy(place.asker, "AccessDenied")}`);
  if (status === 507) return new ReportedError(`${cannot}: ${remedy(place.asker, "InsufficientStorage")}`);
  const said = `${code}${code && e.message ? ": " : ""}${messageOf(error)}`;
  if (status !== undefined && status >= 500) {
    return new ReportedError(
      `${cannot}: the store answered ${status} (${said}), also when asked again; look at the store's log and its free space`,
    );
  }
  if (status !== undefined && status < 300)
    return new ReportedError(`${cannot}: the answer is none of an S3 server; is the endpoint right?`);
  if (isNameless(code) && status !== undefined)
    return new ReportedError(`${cannot}: the store refused it (${status}) and gave no reason; look at the store's log`);
  return new ReportedError(`${cannot}: ${said || "an unknown error"}`);
}

/**
 * A 404 that names something else than the object is no answer about the object: versitygw, say, answers so where it
 * does not know the access key, and nothing stored may be taken for missing then.
 */
function isNotThere(code: string, status: number | undefined): boolean {
  return code === "NoSuchKey" || code === "NotFound" || (status === 404 && isNameless(code));
}

/** What the client calls an answer without a body, as each answer to HEAD is. */
function isNameless(code: string): boolean {
  return code === "" || code === "Unknown" || code === "UnknownError" || /^\d{3}$/.test(code);
}

/** What S3 answers when a request was signed for, or sent to, another region than the bucket's. */
const ELSEWHERE = new Set(["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"]);

function elsewhere({ Region, $response, message }: ServiceError, { asker }: Place): string {
  const region =
    $response?.headers?.["x-amz-bucket-region"] ?? Region ?? /expecting '([^']+)'/.exec(message ?? "")?.[1];
  return `the bucket is in ${region === undefined ? "another region" : `the region ${region}`}; ${REGION_SETTING[asker]}`;
}
