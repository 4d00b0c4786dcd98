import { messageOf, ReportedError } from "../runtime/errors";

/** Where an operation on the store took place: all that a message may tell of it. Never the credentials. */
export interface Place {
  endpoint: string;
  bucket: string;
  key?: string;
  /** Reached with the pod's own identity (IRSA, EKS Pod Identity, variables), and not with a key out of a Secret. */
  ownIdentity?: boolean;
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
  const why = reason(place, code, e.message) ?? reason(place, e.code ?? "", e.message);
  if (why) return new ReportedError(`${cannot}: ${why}`);
  if (isNotThere(code, status)) return new NotFoundError(`${cannot}: there is no such object`);
  if (code === "AbortError") return new ReportedError(`${cannot}: it was interrupted`);
  if (status === 403) return new ReportedError(`${cannot}: ${reason(place, "AccessDenied")}`);
  if (status === 507) return new ReportedError(`${cannot}: ${WHY.InsufficientStorage}`);
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

function elsewhere({ Region, $response, message }: ServiceError, { ownIdentity }: Place): string {
  const region =
    $response?.headers?.["x-amz-bucket-region"] ?? Region ?? /expecting '([^']+)'/.exec(message ?? "")?.[1];
  const setting = ownIdentity ? "the storage's region" : "REGION and ENDPOINT in the storage Secret";
  return region === undefined
    ? `the bucket is in another region; correct ${setting}`
    : `the bucket is in the region ${region}; correct ${setting}`;
}

function reason({ ownIdentity }: Place, code: string, message = ""): string | undefined {
  if (ownIdentity && /sts:AssumeRole/.test(message)) return NOT_LET_IN;
  if (code === "AccessDenied" && /object ?lock/i.test(message)) return LOCKED;
  return (ownIdentity ? WHY_OWN_IDENTITY[code] : undefined) ?? WHY[code];
}

/** Exported for the command, where there is no pod. */
export const NO_CREDENTIALS =
  "the pod has no AWS credentials; with IRSA its service account needs the annotation eks.amazonaws.com/role-arn, with " +
  "EKS Pod Identity an association with the role, and the cluster the EKS Pod Identity Agent";

const LOCKED =
  "Object Lock keeps what is stored there; it can be changed when its retention, or its legal hold, has ended";

const NOT_LET_IN =
  "the IAM role does not let this pod's service account in; name its namespace and name among the writers, drills or " +
  "pruners of the S3BackupStorage";

/** Where the pod's own identity is used, no Secret can be at fault. */
const WHY_OWN_IDENTITY: Record<string, string> = {
  InvalidAccessKeyId: "AWS does not know the pod's credentials; look at its variables AWS_*, or restart the pod",
  SignatureDoesNotMatch: "the pod's credentials are wrong; look at its variables AWS_*, or restart the pod",
  AccessDenied:
    "the pod's IAM role may not do that, or the bucket is not of the declared account; use the access that " +
    "S3BackupStorage gives for this purpose, and look at the policies of bucket, key and role",
  ExpiredToken:
    "the pod's credentials expired and were not renewed; look at its service account's role, then run the job again",
  ExpiredTokenException:
    "the pod's service account token expired; look at the cluster's OIDC provider, then run the job again",
  InvalidIdentityToken:
    "AWS does not trust the cluster's OIDC provider; make an IAM OIDC provider with the cluster's issuer",
  NoSuchBucket: "there is no such bucket; deploy the storage, or correct its bucket",
};

const UNKNOWN_KEY = "the store does not know the access key; renew ACCESS_KEY_ID in the storage Secret";

/** What the errors that operators meet mean. Keyed by S3 error codes and by Node.js's system error codes. */
const WHY: Record<string, string> = {
  InvalidAccessKeyId: UNKNOWN_KEY,
  XAdminUserNotFound: UNKNOWN_KEY, // versitygw's word for it
  SignatureDoesNotMatch: "the secret key is wrong; renew ACCESS_SECRET_KEY in the storage Secret",
  CredentialsProviderError: NO_CREDENTIALS,
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
