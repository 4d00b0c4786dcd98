import { messageOf, ReportedError } from "../runtime/errors";

/** Where the KMS is asked: all that a message may tell of it. */
export interface KmsPlace {
  keyId: string;
  region: string;
  endpoint?: string;
}

/** `error` of the KMS client as a message that says what, where, why, and what to do. */
export function kmsError(error: unknown, action: string, { keyId, region, endpoint }: KmsPlace): ReportedError {
  if (error instanceof ReportedError) return error;
  const { name = "", code = "" } = (error ?? {}) as { name?: string; code?: string };
  const why = WHY[name] ?? WHY[code];
  const said = `${name && name !== "Error" ? `${name}: ` : ""}${messageOf(error)}`;
  return new ReportedError(
    `cannot ${action} with the KMS key ${keyId} at ${endpoint ?? `AWS KMS in ${region}`}: ${why ?? said}`,
  );
}

const UNREACHABLE = "the KMS does not answer; check the region, the endpoint, and the network policies";
const NO_CREDENTIALS =
  "there are no credentials for AWS; give the Job's service account an IAM role (roleArn of the storage access, or EKS Pod Identity)";
const EXPIRED = "the credentials expired; renew them, or look at the clock of the node";
const DELETED = "the key is disabled or about to be deleted; cancel its deletion and enable it in the KMS";

/** What the errors that operators meet mean. Keyed by AWS KMS' error names and by Node.js's system error codes. */
const WHY: Record<string, string> = {
  AccessDeniedException:
    "access was denied; allow kms:GenerateDataKey to the backups' role and kms:Decrypt to the drills', in its policy and in the key's",
  DisabledException: "the key is disabled; enable it in the KMS",
  KMSInvalidStateException: DELETED,
  NotFoundException: "there is no such key or alias there; check the key's ARN, the account and the region",
  KeyUnavailableException: "the key is not available now; try again, and look at the key store behind it",
  InvalidKeyUsageException: "the key is not for this use; give a symmetric key for encryption and decryption",
  InvalidCiphertextException:
    "the wrapped key is not of this backup, or was changed: it was wrapped for another target or backup, or the manifest was edited",
  IncorrectKeyException:
    "the wrapped key was made by another key: an alias leads elsewhere since the backup, or the manifest was edited; name the key itself",
  InvalidGrantTokenException: "the grant's token is not valid; renew the grant",
  ThrottlingException: "the KMS throttled the request, also when asked again; try later, or raise the account's quota",
  LimitExceededException: "a quota of the KMS is used up; try later, or raise the account's quota",
  UnrecognizedClientException: "the KMS does not know the credentials; renew them",
  InvalidSignatureException: "the credentials are wrong, or the node's clock is; renew them, and set the time",
  ExpiredTokenException: EXPIRED,
  CredentialsProviderError: NO_CREDENTIALS,
  TokenProviderError: NO_CREDENTIALS,
  ECONNREFUSED: "the connection was refused; is the endpoint right?",
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  TimeoutError: UNREACHABLE,
  AbortError: "it was interrupted",
};
