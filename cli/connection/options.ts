import { type Command, Option } from "commander";

/** Which copy of the backups is meant. */
export const COPIES = ["primary", "off-site"] as const;
export type Copy = (typeof COPIES)[number];

/** Where a storage is, when no stack says it. */
export interface StorageOptions {
  endpoint?: string;
  bucket?: string;
  region?: string;
  prefix?: string;
  path?: string;
  credentials?: string;
}

export interface ConnectionOptions extends StorageOptions {
  stack?: string;
  cwd?: string;
  context?: string;
  namespace?: string;
  cluster?: string;
  database?: string;
  offSiteEndpoint?: string;
  offSiteBucket?: string;
  offSiteRegion?: string;
  offSitePrefix?: string;
  offSitePath?: string;
  offSiteCredentials?: string;
}

/** `--json`, which every command with an answer has. */
export interface JsonOption {
  json?: boolean;
}

export function withJson(command: Command): Command {
  return command.option("--json", "print JSON, for programs (docs/command.md has the shapes)");
}

/** Stack and database. */
export function withDatabase(command: Command): Command {
  return command
    .optionsGroup("Stack and database:")
    .addOption(new Option("--stack <name>", "read what there is from this Pulumi stack").env("RESTORABLE_STACK"))
    .option("--cwd <folder>", "where the stack's Pulumi.yaml is (default: here)")
    .option("--context <name>", "the kubeconfig's context (default: the current one)")
    .option("--namespace <name>", "the database's namespace, where there are several")
    .option("--cluster <name>", "the database's cluster, where there are several")
    .option("--database <name>", "the database, where there are several");
}

/** The storage, in place of what the stack says, or beside it. */
export function withStorage(command: Command): Command {
  return command
    .optionsGroup("Storage, without a stack or in place of what it says:")
    .option("--endpoint <url>", "the S3 server's address (default: Amazon's)")
    .option("--bucket <name>", "the bucket")
    .option("--region <name>", "its region (default: us-east-1)")
    .option("--prefix <text>", "below which everything is kept, ending in a slash")
    .option("--path <folder>", "a storage that is a folder, such as a mounted NFS export")
    .option(
      "--credentials <where>",
      "a folder of files named after the storage Secret's keys, or `env`: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or what else the AWS SDK finds (default: the stack's Secrets, through the kubeconfig; without a stack, env)",
    );
}

/** The other copy, as `withStorage`. */
export function withOffSite(command: Command): Command {
  return command
    .optionsGroup("Off-site storage, without a stack or in place of what it says:")
    .option("--off-site-endpoint <url>", "as --endpoint")
    .option("--off-site-bucket <name>", "as --bucket")
    .option("--off-site-region <name>", "as --region")
    .option("--off-site-prefix <text>", "as --prefix")
    .option("--off-site-path <folder>", "as --path")
    .option("--off-site-credentials <where>", "as --credentials");
}

export function withCopy(command: Command): Command {
  return command.addOption(
    new Option("--copy <copy>", "which copy of the backups is meant").choices([...COPIES]).default("primary"),
  );
}

/** What the options say of one copy's storage. */
export function storageOptions(options: ConnectionOptions, copy: Copy): StorageOptions {
  if (copy === "primary") return options;
  return {
    endpoint: options.offSiteEndpoint,
    bucket: options.offSiteBucket,
    region: options.offSiteRegion,
    prefix: options.offSitePrefix,
    path: options.offSitePath,
    credentials: options.offSiteCredentials,
  };
}
