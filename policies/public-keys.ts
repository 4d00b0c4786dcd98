import { createPrivateKey, createPublicKey } from "node:crypto";
import { z } from "zod";
import { keyId, mayVerify } from "../model/dsse";

/** Public keys (PEM) as the gate's configuration has them. */
export const publicKeys = z.array(
  z.string().superRefine((pem, context) => {
    const problem = publicKeyProblem(pem);
    if (problem) context.addIssue({ code: "custom", message: problem });
  }),
);

/** The ids of those of `pems` that are keys. */
export function keyIds(pems: readonly string[]): string[] {
  return pems.filter((pem) => publicKeyProblem(pem) === undefined).map((pem) => keyId(createPublicKey(pem)));
}

function publicKeyProblem(pem: string): string | undefined {
  if (/PRIVATE KEY/.test(pem) || isPrivateKey(pem))
    return "is a private key, and was just shown to everyone who can read this configuration: replace it, and give its public key";
  try {
    const key = createPublicKey(pem);
    if (mayVerify(key)) return undefined;
    const curve = key.asymmetricKeyDetails?.namedCurve;
    const type = curve === undefined ? key.asymmetricKeyType : `${key.asymmetricKeyType} (${curve})`;
    return `is a key of type ${type}; evidence is signed with ed25519, or, by a KMS, with ECDSA on P-256 (prime256v1)`;
  } catch {
    return "is not a public key in PEM form (-----BEGIN PUBLIC KEY-----)";
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
}
