import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { EncryptionScheme } from "../../model/encryption";
import { identityFileProblem } from "../../model/identity-file";
import { kubernetesName } from "../../model/names";
import { oneCredentialProblem, reportProblem, secretField } from "../validate";

/** What opens backups that are encrypted by age. Only drills get it; those that back up never do. */
export interface RecoveryIdentityArgs {
  /** The identities (AGE-SECRET-KEY-1…), one a line, as age-keygen writes them: a secret. */
  secretKey?: pulumi.Input<string>;
  /** Instead: a Secret in the drills' namespace with the key `identity.txt`. */
  existingSecret?: string;
}

export const recoveryIdentityField = z
  .strictObject({
    secretKey: secretField(identityFileProblem).optional(),
    existingSecret: kubernetesName.optional(),
  } satisfies Record<keyof RecoveryIdentityArgs, z.ZodType>)
  .superRefine((key, context) =>
    reportProblem(oneCredentialProblem(key.existingSecret, key.secretKey, "secretKey"), context),
  );

/** A drill needs identities exactly when backups are encrypted by age. */
export function recoveryIdentityProblem(scheme: EncryptionScheme, given: unknown): string | undefined {
  const named = `restorePath.encryption is "${scheme}"`;
  if (scheme === "age" && given === undefined)
    return `is missing: ${named}, and nothing else opens the backups; give secretKey, or existingSecret with the name of a Secret`;
  if (scheme !== "age" && given !== undefined)
    return `${named}, for which a drill needs no identity: leave it out, so that the secret key is nowhere without need`;
  return undefined;
}
