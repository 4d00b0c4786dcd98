import type { Problem } from "../../../model/problems";
import type { S3StorageDeclaration } from "../s3-backup-storage-args";
import { accountProblem, keyProblem, oidcProviderProblem, partitionOf, regionProblem } from "./arns";
import { lifecycleProblems } from "./lifecycle";
import { ROLES, roleName } from "./role-names";
import { serviceAccountProblems } from "./service-accounts";

/** What is right setting by setting and wrong together, found before anything is made. */
export function storageProblems(args: S3StorageDeclaration): Problem[] {
  // What is malformed is reported where it is read, and compared with nothing here.
  if (regionProblem(args.region) || accountProblem(args.accountId)) return [];
  return [
    ...encryptionProblems(args),
    ...lockProblems(args),
    ...lifecycleProblems(args),
    ...replicationProblems(args),
    ...logProblems(args),
    ...identityProblems(args),
    ...serviceAccountProblems(args, args.podIdentity !== undefined),
  ];
}

function encryptionProblems({ encryption: { kind, kmsKeyArn }, region }: S3StorageDeclaration): Problem[] {
  if (kmsKeyArn === undefined) return [];
  const path = "encryption.kmsKeyArn";
  if (kind === "sse-s3") return [{ path, message: 'has no meaning for kind "sse-s3": say kind: "sse-kms"' }];
  const message = typeof kmsKeyArn === "string" ? keyProblem(kmsKeyArn, region) : undefined;
  return message ? [{ path, message }] : [];
}

function lockProblems({ objectLock }: S3StorageDeclaration): Problem[] {
  if (!objectLock) return [];
  const path = "objectLock.acknowledgeIrrevocable";
  const { mode, days, acknowledgeIrrevocable } = objectLock;
  if (mode === "governance" && acknowledgeIrrevocable)
    return [{ path, message: 'has no meaning for mode "governance", which an administrator can lift' }];
  if (mode === "compliance" && !acknowledgeIrrevocable)
    return [
      {
        path,
        message:
          `mode "compliance" cannot be undone by anybody: each object stays, and is paid for, for ${days} days, whatever ` +
          'it holds; say acknowledgeIrrevocable: true if that is meant, or mode: "governance"',
      },
    ];
  return [];
}

function replicationProblems(args: S3StorageDeclaration): Problem[] {
  const { replication, encryption } = args;
  if (!replication) return [];
  const problems: Problem[] = [];
  const at = (field: string, message: string | undefined) => {
    if (message) problems.push({ path: `replication.${field}`, message });
  };
  const { bucket, region, accountId = args.accountId, kmsKeyArn } = replication;
  if (regionProblem(region)) return [];
  if (bucket === args.bucket)
    at("bucket", `"${bucket}" is this bucket itself; name another one, in another region or account`);
  else if (region === args.region && accountId === args.accountId)
    at(
      "region",
      `"${region}" is this bucket's region, and the account is the same: what takes one copy takes the other; ` +
        "name a bucket in another region or account",
    );
  if (partitionOf(region) !== partitionOf(args.region))
    at("region", `S3 does not replicate from ${partitionOf(args.region)} to ${partitionOf(region)}`);
  if (encryption.kind === "sse-kms" && kmsKeyArn === undefined)
    at("kmsKeyArn", `is missing: S3 replicates what is encrypted by KMS only with a key for the copies, in ${region}`);
  if (encryption.kind === "sse-s3" && kmsKeyArn !== undefined)
    at("kmsKeyArn", 'has no meaning for encryption.kind "sse-s3": the destination encrypts as its own settings say');
  else if (typeof kmsKeyArn === "string") at("kmsKeyArn", keyProblem(kmsKeyArn, region));
  return problems;
}

function logProblems({ accessLogs, bucket }: S3StorageDeclaration): Problem[] {
  if (accessLogs?.bucket !== bucket) return [];
  const message = `"${bucket}" is this bucket itself: each log would be a request to log; name another bucket`;
  return [{ path: "accessLogs.bucket", message }];
}

/** IAM's limit (IAM User Guide, "IAM and AWS STS quotas"). */
const LONGEST_ROLE_NAME = 64;

function identityProblems({ irsa, podIdentity, accountId, roleNamePrefix }: S3StorageDeclaration): Problem[] {
  const problems: Problem[] = [];
  if (!irsa && !podIdentity)
    problems.push({
      path: "",
      message: "nobody could use the bucket: give irsa with the cluster's OIDC provider, or podIdentity with its name",
    });
  const arn = irsa?.oidcProviderArn;
  const provider = typeof arn === "string" ? oidcProviderProblem(arn, accountId) : undefined;
  if (provider) problems.push({ path: "irsa.oidcProviderArn", message: provider });
  const longest = Math.max(...ROLES.map((role) => roleName(roleNamePrefix, role).length));
  if (!/^[\w+=,.@-]+$/.test(roleNamePrefix))
    problems.push({
      path: "roleNamePrefix",
      message: `"${roleNamePrefix}" cannot begin a role's name: IAM allows letters, digits and + = , . @ _ -`,
    });
  else if (longest > LONGEST_ROLE_NAME)
    problems.push({
      path: "roleNamePrefix",
      message: `makes a role's name of ${longest} characters; IAM allows ${LONGEST_ROLE_NAME}: give a shorter prefix`,
    });
  return problems;
}
