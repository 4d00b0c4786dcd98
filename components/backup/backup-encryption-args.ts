import { z } from "zod";
import {
  ageRecipient,
  type BackupEncryption,
  type EncryptionScheme,
  kmsKeyId,
  regionOfKey,
} from "../../model/encryption";
import { regionName } from "../../model/names";
import type { Problem } from "../../model/problems";
import { kmsEndpointIn } from "../storage/s3/arns";

/**
 * For whom backups are encrypted: public keys (`restorePath.encryption` is "age"), or a key in the KMS ("kms"). Which of
 * the two counts for the fingerprint; the keys themselves do not, so that they can be exchanged.
 */
export interface BackupEncryptionArgs {
  /** age: the public keys (age1…), as age-keygen prints them. Each of them opens a backup alone. */
  recipients?: string[];
  /** kms: a symmetric key by its ARN, id or alias (`alias/backups`). */
  kmsKeyId?: string;
  /** kms: the key's region. @default the one in the key's ARN */
  kmsRegion?: string;
  /** kms: where the KMS answers. @default AWS's own endpoint in the region */
  kmsEndpoint?: string;
}

const recipient = z.string().superRefine((text, context) => {
  if (/AGE-SECRET-KEY/i.test(text)) {
    const message =
      "is a secret key, which has no place in a backup's declaration (it is not repeated here): give its public half " +
      "(age-keygen -y prints it), or a new one if the secret has been where others can read it";
    context.addIssue({ code: "custom", message });
    return;
  }
  const message = ageRecipient.safeParse(text).error?.issues[0]?.message;
  if (message) context.addIssue({ code: "custom", message });
});

/** Where a KMS answers. */
export const kmsEndpointField = z.url({
  protocol: /^https?$/,
  error: "must be a server's address, such as https://kms.eu-central-1.amazonaws.com",
});

export const backupEncryptionField = z.strictObject({
  recipients: z.array(recipient).min(1, { error: "must hold at least one: nobody could open the backups" }).optional(),
  kmsKeyId: kmsKeyId.optional(),
  kmsRegion: regionName.optional(),
  kmsEndpoint: kmsEndpointField.optional(),
} satisfies Record<keyof BackupEncryptionArgs, z.ZodType>);

/** What stands under `encryption` and does not go with `restorePath.encryption`; paths are the backup's. */
export function backupEncryptionProblems(scheme: EncryptionScheme, given: BackupEncryptionArgs = {}): Problem[] {
  const { recipients, kmsKeyId, kmsRegion } = given;
  const age = recipients !== undefined;
  const kms = Object.entries(given).some(([key, value]) => key !== "recipients" && value !== undefined);
  const named = `restorePath.encryption is "${scheme}"`;
  const problem = (path: string, message: string) => [{ path: `encryption.${path}`, message }];
  if (scheme === "none") {
    if (!age && !kms) return [];
    const meant = age ? "age" : "kms";
    const message = `${named}, so backups would be stored as they are: say restorePath.encryption: "${meant}" here and at the drill, or leave this out`;
    return [{ path: "encryption", message }];
  }
  if (scheme === "age") {
    if (kms) return problem("kmsKeyId", `${named}, for which settings of a KMS have no meaning: leave them out`);
    return age
      ? []
      : problem("recipients", `is missing: ${named}; give the public keys (age1…) of who may open backups`);
  }
  if (age) return problem("recipients", `${named}, for which recipients have no meaning: leave them out`);
  if (kmsKeyId === undefined) return problem("kmsKeyId", `is missing: ${named}; give the key's ARN, id or alias`);
  if ((kmsRegion ?? regionOfKey(kmsKeyId)) === undefined)
    return problem("kmsRegion", "is missing: the key is not named by an ARN, which would say the region");
  return [];
}

/** As for backups; but a drill opens what age encrypted with its identities alone. */
export function drillEncryptionProblems(scheme: EncryptionScheme, given?: BackupEncryptionArgs): Problem[] {
  return scheme === "age" && given === undefined ? [] : backupEncryptionProblems(scheme, given);
}

/** What the agent is told; undefined: backups are stored as they are. The arguments have been found to agree. */
export function agentEncryption(
  scheme: EncryptionScheme,
  given: BackupEncryptionArgs = {},
): BackupEncryption | undefined {
  const { recipients = [], kmsKeyId: keyId = "", kmsRegion, kmsEndpoint: endpoint } = given;
  if (scheme === "none") return undefined;
  if (scheme === "age") return { scheme, recipients };
  return {
    scheme,
    keyId,
    region: kmsRegion ?? regionOfKey(keyId) ?? "",
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** Where the KMS answers that `given` names; undefined where it does not say enough. */
export function kmsEndpointOf({
  kmsKeyId = "",
  kmsRegion,
  kmsEndpoint,
}: BackupEncryptionArgs = {}): string | undefined {
  const region = kmsRegion ?? regionOfKey(kmsKeyId);
  return kmsEndpoint ?? (region === undefined ? undefined : kmsEndpointIn(region));
}
