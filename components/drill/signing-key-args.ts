import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { kubernetesName, regionName } from "../../model/names";
import { signingKeyProblem } from "../../model/signing-key";
import { kmsEndpointField } from "../backup/backup-encryption-args";
import { kmsEndpointIn } from "../storage/s3/arns";
import { oneCredentialProblem, reportProblem, secretField } from "../validate";

/** A key of AWS KMS that signs. It never leaves the KMS: whose IAM role the drill has can use it, and it cannot be copied. */
export interface SigningKmsArgs {
  /** The key's ARN or id: asymmetric, of the kind ECC_NIST_P256, for SIGN_VERIFY. */
  keyId: string;
  /** Its region. */
  region: string;
  /** Another address than AWS's own, such as that of a VPC endpoint. @default AWS's for the region */
  endpoint?: string;
}

/** The key that signs evidence: exactly one of these. */
export interface SigningKeyArgs {
  /** A Secret in the drills' namespace with the key `private.pem`, which this program neither makes nor reads. */
  existingSecret?: string;
  /** A key of AWS KMS, used by the IAM role of the drill's service account. */
  kms?: SigningKmsArgs;
  /**
   * Ed25519 private key, PKCS #8 PEM: a secret. `openssl genpkey -algorithm ed25519` makes one. For trying things out:
   * whoever may change or run the program has the key, and can sign whatever he likes. Refused in `production`.
   */
  privateKey?: pulumi.Input<string>;
}

export const signingKeyField = z
  .strictObject({
    privateKey: secretField(signingKeyProblem).optional(),
    existingSecret: kubernetesName.optional(),
    kms: z
      .strictObject({
        keyId: z.string().min(1),
        region: regionName,
        endpoint: kmsEndpointField.optional(),
      } satisfies Record<keyof SigningKmsArgs, z.ZodType>)
      .optional(),
  } satisfies Record<keyof SigningKeyArgs, z.ZodType>)
  .superRefine(({ existingSecret, kms, privateKey }, context) => {
    if (kms === undefined)
      reportProblem(oneCredentialProblem(existingSecret, privateKey, "kms or privateKey"), context);
    else if (existingSecret !== undefined || privateKey !== undefined)
      reportProblem("give one of existingSecret, kms and privateKey: it must be plain which one signs", context);
  });

export type SigningKeyDeclaration = z.output<typeof signingKeyField>;

/** Why this key must not sign in `environment`, or undefined. */
export function programKeyProblem(environment: string, { privateKey }: SigningKeyDeclaration): string | undefined {
  if (environment !== "production" || privateKey === undefined) return undefined;
  return (
    "is in the program, so whoever may change or run the program can sign evidence; in production name a Secret of the " +
    "drills' namespace that somebody else fills (signingKey.existingSecret), or a key of AWS KMS (signingKey.kms)"
  );
}

/** What the signer is told of its key. */
export function signingOf({ kms }: SigningKeyDeclaration) {
  return kms === undefined ? { kind: "key" as const } : { kind: "kms" as const, ...kms };
}

/** Where the KMS answers that signs; undefined where none does. */
export function signingEndpointOf({ kms }: SigningKeyArgs = {}): string | undefined {
  return kms && (kms.endpoint ?? kmsEndpointIn(kms.region));
}

/** What the policy pack is told of it. */
export function signingKeySource({ kms, existingSecret }: SigningKeyDeclaration): "program" | "secret" | "kms" {
  if (kms !== undefined) return "kms";
  return existingSecret === undefined ? "program" : "secret";
}
