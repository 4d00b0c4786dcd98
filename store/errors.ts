import { EXIT, messageOf, ReportedError } from "../runtime/errors";

/** Where an operation on the store took place: all that a message may tell of it. Never the credentials. */
export interface Place {
  endpoint: string;
  bucket: string;
  key?: string;
}

/** An object that is not there. Its callers know what that means. */
export class NotFoundError extends ReportedError {}

interface ServiceError {
  name?: string;
  code?: string;
  Code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

/** `error` of the S3 client as a message that says what, where, why, and what to do. */
export function storeError(error: unknown, action: string, place: Place): ReportedError {
  if (error instanceof ReportedError) return error;
  const e = (error ?? {}) as ServiceError;
  const code = e.name && e.name !== "Error" && e.name !== "TypeError" ? e.name : (e.code ?? e.Code ?? "");
  const status = e.$metadata?.httpStatusCode;
  const where = `${place.key ? `${place.key} in ` : ""}the bucket ${place.bucket} at ${place.endpoint}`;
  const cannot = `cannot ${action} ${where}`;
  const why = WHY[code] ?? WHY[e.code ?? ""];
  if (why) return new ReportedError(`${cannot}: ${why}`);
  if (code === "NoSuchKey" || code === "NotFound" || status === 404)
    return new NotFoundError(`${cannot}: there is no such object`);
  if (code === "AbortError") return new ReportedError(`${cannot}: it was interrupted`);
  if (status === 403) return new ReportedError(`${cannot}: ${WHY.AccessDenied}`);
  if (status === 507) return new ReportedError(`${cannot}: ${WHY.InsufficientStorage}`);
  const said = `${code}${code && e.message ? ": " : ""}${messageOf(error)}`;
  if (status !== undefined && status >= 500) {
    return new ReportedError(
      `${cannot}: the store answered ${status} (${said}), also when asked again; look at the store's log and its free space`,
    );
  }
  return new ReportedError(`${cannot}: ${said || "an unknown error"}`);
}

/** What the errors that operators meet mean. Keyed by S3 error codes and by Node.js's system error codes. */
const WHY: Record<string, string> = {
  InvalidAccessKeyId: "the store does not know the access key; renew ACCESS_KEY_ID in the storage Secret",
  SignatureDoesNotMatch: "the secret key is wrong; renew ACCESS_SECRET_KEY in the storage Secret",
  AccessDenied: "the access key may not do that; give it the permission in the store, or use the Secret meant for it",
  ExpiredToken: "the credentials expired; renew them in the storage Secret",
  RequestTimeTooSkewed: "the clocks of this node and of the store differ by over 15 minutes; set the time",
  NoSuchBucket: "there is no such bucket; create it, or correct BUCKET in the storage Secret",
  InsufficientStorage: "the store is full; free or add space, then run the backup again",
  QuotaExceeded: "the store's quota is used up; raise it or free space, then run the backup again",
  XMinioStorageFull: "the store is full; free or add space, then run the backup again",
  EntityTooLarge: "the object is larger than the store takes",
  ECONNREFUSED: "the connection was refused; is the store running, and is ENDPOINT right?",
  ECONNRESET: "the store closed the connection, also when asked again; look at the store's log",
  EPIPE: "the store closed the connection, also when asked again; look at the store's log",
  EHOSTUNREACH: "there is no route to the store; check ENDPOINT and the network policies",
  ENETUNREACH: "there is no route to the store; check ENDPOINT and the network policies",
  ENOTFOUND: "the endpoint's name has no address; check ENDPOINT and DNS",
  EAI_AGAIN: "the endpoint's name could not be resolved; check ENDPOINT and DNS",
  ETIMEDOUT: "the store does not answer; check ENDPOINT, the store, and the network policies",
  TimeoutError: "the store does not answer; check ENDPOINT, the store, and the network policies",
  CERT_HAS_EXPIRED: "the store's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the store's certificate is signed by an authority this container does not know",
  SELF_SIGNED_CERT_IN_CHAIN: "the store's certificate is signed by an authority this container does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the store's certificate is signed by an authority this container does not know",
};

/** A storage Secret whose values cannot be right, whatever the store says. */
export function badStorageSecret(message: string): ReportedError {
  return new ReportedError(message, EXIT.badInput);
}
