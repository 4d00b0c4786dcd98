import { createPrivateKey } from "node:crypto";

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
