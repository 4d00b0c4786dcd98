/**
 * Who reaches a bucket, on which the remedy of an error depends: a pod with the keys of a storage Secret, a pod with its
 * own identity (IRSA, EKS Pod Identity, variables), or a person with the command.
 */
export type Asker = "secret" | "identity" | "person";

/** What the errors that people meet mean, and what to do. Keyed by S3 error codes and by Node.js's system error codes. */
export function remedy(asker: Asker, code: string, message = ""): string | undefined {
  if (asker === "identity" && /sts:AssumeRole/.test(message)) return NOT_LET_IN;
  if (code === "AccessDenied" && /object ?lock/i.test(message)) return LOCKED;
  return OF[asker][code] ?? OF_ALL[code];
}

/** What the bucket being elsewhere asks for. */
export const REGION_SETTING: Record<Asker, string> = {
  secret: "correct REGION and ENDPOINT in the storage Secret",
  identity: "correct the storage's region",
  person: "correct --region and --endpoint, or the stack's storage",
};

const LOCKED =
  "Object Lock keeps what is stored there; it can be changed when its retention, or its legal hold, has ended";

const NOT_LET_IN =
  "the IAM role does not let this pod's service account in; name its namespace and name among the writers, drills or " +
  "pruners of the S3BackupStorage";

const UNKNOWN_KEY = "the store does not know the access key; renew ACCESS_KEY_ID in the storage Secret";
const UNKNOWN_TO_STORE =
  "the store does not know the access key; correct the credentials, or those that the stack names";

const OF: Record<Asker, Record<string, string>> = {
  secret: {
    InvalidAccessKeyId: UNKNOWN_KEY,
    XAdminUserNotFound: UNKNOWN_KEY, // versitygw's word for it
    SignatureDoesNotMatch: "the secret key is wrong; renew ACCESS_SECRET_KEY in the storage Secret",
    AccessDenied: "the access key may not do that; give it the permission in the store, or use the Secret meant for it",
    ExpiredToken: "the credentials expired; renew them in the storage Secret",
    NoSuchBucket: "there is no such bucket; create it, or correct BUCKET in the storage Secret",
  },
  identity: {
    CredentialsProviderError:
      "the pod has no AWS credentials; with IRSA its service account needs the annotation eks.amazonaws.com/role-arn, " +
      "with EKS Pod Identity an association with the role, and the cluster the EKS Pod Identity Agent",
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
  },
  person: {
    CredentialsProviderError:
      "there are no AWS credentials; give --credentials with a folder of the keys, or set AWS_ACCESS_KEY_ID and " +
      "AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    InvalidAccessKeyId: UNKNOWN_TO_STORE,
    XAdminUserNotFound: UNKNOWN_TO_STORE,
    SignatureDoesNotMatch: "the secret key is wrong; correct the credentials, or those that the stack names",
    AccessDenied: "these credentials may not do that; give others with --credentials, or the permission in the store",
    ExpiredToken: "the credentials expired; log in again, or renew them",
    NoSuchBucket: "there is no such bucket; correct --bucket, or deploy the stack that makes it",
    RequestTimeTooSkewed: "the clocks of this machine and of the store differ by over 15 minutes; set the time",
    ...reaching("--endpoint", "the network to it"),
    ...untrusted("this machine", "; name a file of its certificate in NODE_EXTRA_CA_CERTS"),
  },
};

const FULL = "the store is full; free or add space, then try again";
const CLOSED = "the store closed the connection, also when asked again; look at the store's log";

const OF_ALL: Record<string, string> = {
  RequestTimeTooSkewed: "the clocks of this node and of the store differ by over 15 minutes; set the time",
  InsufficientStorage: FULL,
  XMinioStorageFull: FULL,
  QuotaExceeded: "the store's quota is used up; raise it or free space, then try again",
  EntityTooLarge: "the object is larger than the store takes",
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  CERT_HAS_EXPIRED: "the store's certificate has expired",
  ...reaching("ENDPOINT", "the network policies"),
  ...untrusted("this container"),
};

/** A store that is not reached, where `setting` says the address. */
function reaching(setting: string, way: string): Record<string, string> {
  const noRoute = `there is no route to the store; check ${setting} and ${way}`;
  const silent = `the store does not answer; check ${setting}, the store, and ${way}`;
  return {
    ECONNREFUSED: `the connection was refused; is the store running, and is ${setting} right?`,
    EHOSTUNREACH: noRoute,
    ENETUNREACH: noRoute,
    ENOTFOUND: `the endpoint's name has no address; check ${setting} and DNS`,
    EAI_AGAIN: `the endpoint's name could not be resolved; check ${setting} and DNS`,
    ETIMEDOUT: silent,
    TimeoutError: silent,
  };
}

function untrusted(who: string, hint = ""): Record<string, string> {
  const problem = `the store's certificate is signed by an authority that ${who} does not know${hint}`;
  return {
    DEPTH_ZERO_SELF_SIGNED_CERT: problem,
    SELF_SIGNED_CERT_IN_CHAIN: problem,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: problem,
  };
}
