import { createPrivateKey, createPublicKey } from "node:crypto";

/** Why `pem` cannot sign evidence, or undefined. The message never holds the key. */
export function signingKeyProblem(pem: string): string | undefined {
  const how = "make one with: openssl genpkey -algorithm ed25519";
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return undefined;
    return `is a key of type ${key.asymmetricKeyType}; evidence is signed with ed25519: ${how}`;
  } catch {
    return `is not a private key in PEM (PKCS #8, not encrypted): ${how}`;
  }
}

/** Why `pem` cannot verify evidence, or undefined. */
export function verifyingKeyProblem(pem: string): string | undefined {
  const how = "print it with: openssl pkey -in signing.pem -pubout";
  if (/PRIVATE KEY/.test(pem)) return `is a private key, which has no place here; give the public one: ${how}`;
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === "ed25519") return undefined;
    return `is a key of type ${key.asymmetricKeyType}; evidence is signed with ed25519: ${how}`;
  } catch {
    return `is not a public key in PEM: ${how}`;
  }
}
