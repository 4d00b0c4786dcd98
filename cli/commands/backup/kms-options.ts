import type { Command } from "commander";
import { type KmsDeclaration, regionOfKey } from "../../../model/encryption";
import { badInput } from "../../command";

/** Where a KMS is and which key is meant: as the stack declares it, and never as a file in the storage says. */
export interface KmsOptions {
  kmsKey?: string;
  kmsRegion?: string;
  kmsEndpoint?: string;
}

export function withKms(command: Command): Command {
  return command
    .option("--kms-key <arn>", "the KMS key that opens it, as `encryption.kmsKeyId` of its backups says")
    .option("--kms-region <region>", "the key's region, where its ARN does not say it")
    .option("--kms-endpoint <url>", "where the KMS answers, where it is not AWS's own");
}

/** The key that the options name; undefined when they name none. */
export function declaredKms({ kmsKey, kmsRegion, kmsEndpoint }: KmsOptions): KmsDeclaration | undefined {
  if (kmsKey === undefined) {
    if (kmsRegion === undefined && kmsEndpoint === undefined) return undefined;
    throw badInput("--kms-region and --kms-endpoint go with --kms-key: give the key, too");
  }
  const region = kmsRegion ?? regionOfKey(kmsKey);
  if (region === undefined) throw badInput("--kms-key is no ARN, which would say the region: give --kms-region, too");
  return {
    scheme: "kms",
    keyId: kmsKey,
    region,
    ...(kmsEndpoint === undefined ? {} : { endpoint: kmsEndpoint }),
  };
}
