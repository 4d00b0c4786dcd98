/** How things of one AWS account and region are called: known before anything is made, so that previews know it, too. */

/** AWS, AWS China and AWS GovCloud share neither ARNs nor accounts. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

function domainOf(region: string): string {
  return partitionOf(region) === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

export const s3Service = (region: string) => `s3.${region}.${domainOf(region)}`;

/** Where S3 answers in `region`. */
export const s3Endpoint = (region: string) => `https://${s3Service(region)}`;

/** Where KMS answers in `region`. */
export const kmsEndpointIn = (region: string) => `https://kms.${region}.${domainOf(region)}`;

export const bucketArn = (bucket: string, region: string) => `arn:${partitionOf(region)}:s3:::${bucket}`;

export function roleArn(role: string, { accountId, region }: { accountId: string; region: string }): string {
  return `arn:${partitionOf(region)}:iam::${accountId}:role/${role}`;
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;
const ACCOUNT = /^\d{12}$/;
const KEY = /^arn:([^:]+):kms:([^:]+):(\d{12}):key\/.+$/;
const OIDC_PROVIDER = /^arn:([^:]+):iam::(\d{12}):oidc-provider\/([^/].*)$/;

export function regionProblem(region: string): string | undefined {
  return REGION.test(region) ? undefined : `"${region}" is no region of AWS, such as eu-central-1`;
}

export function accountProblem(accountId: string): string | undefined {
  return ACCOUNT.test(accountId) ? undefined : "must be an AWS account's number: 12 digits, as text";
}

/** Why the KMS key `arn` cannot encrypt a bucket in `region`, or undefined. */
export function keyProblem(arn: string, region: string): string | undefined {
  const [, partition, keyRegion] = KEY.exec(arn) ?? [];
  if (keyRegion === undefined)
    return "must be a KMS key's ARN, arn:aws:kms:<region>:<account>:key/<id>; an alias can be pointed at another key";
  if (keyRegion === region && partition === partitionOf(region)) return undefined;
  return `is a key in ${keyRegion}, but the bucket is in ${region}; S3 encrypts with keys of the bucket's own region: name one in ${region}`;
}

/** Why roles of `accountId` cannot trust the OIDC provider `arn`, or undefined. */
export function oidcProviderProblem(arn: string, accountId: string): string | undefined {
  const [, , owner] = OIDC_PROVIDER.exec(arn) ?? [];
  if (owner === undefined)
    return "must be an IAM OIDC provider's ARN, arn:aws:iam::<account>:oidc-provider/<the cluster's issuer without https://>";
  if (owner === accountId) return undefined;
  return `belongs to the account ${owner}, but the roles are made in ${accountId}; make an OIDC provider with the cluster's issuer in ${accountId}, and name that`;
}

/** The issuer in an OIDC provider's ARN, without https://: how IAM's condition keys begin. */
export function issuerOf(oidcProviderArn: string): string {
  return OIDC_PROVIDER.exec(oidcProviderArn)?.[3] ?? "";
}
