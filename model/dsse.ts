import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { dsse } from "@sigstore/core";
import { z } from "zod";

/**
 * DSSE envelopes (github.com/secure-systems-lab/dsse) over in-toto Statements, signed with Ed25519 or, by a KMS, with
 * ECDSA P-256: what cosign and the in-toto tools verify. The pre-authentication encoding is @sigstore/core's; keys and
 * signatures are node:crypto's.
 */
export const PAYLOAD_TYPE = "application/vnd.in-toto+json";

export const envelopeSchema = z.object({
  payloadType: z.string(),
  payload: z.base64(),
  signatures: z.array(z.object({ keyid: z.string().optional(), sig: z.base64() })).min(1),
});
export type Envelope = z.infer<typeof envelopeSchema>;

/** The first 16 hex digits of the SHA-256 of the public key's DER form: a name for people, never a proof. */
export function keyId(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 16);
}

/** Signs `statement` with the Ed25519 private key in `privateKeyPem` (PKCS #8). Throws when the key is of another kind. */
export function signStatement(statement: unknown, privateKeyPem: string): Envelope {
  const key = createPrivateKey(privateKeyPem);
  if (key.asymmetricKeyType !== "ed25519")
    throw new Error(`the signing key is ${key.asymmetricKeyType}; evidence is signed with ed25519`);
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign(null, dsse.preAuthEncoding(PAYLOAD_TYPE, payload), key).toString("base64");
  return { payloadType: PAYLOAD_TYPE, payload: payload.toString("base64"), signatures: [{ keyid: keyId(key), sig }] };
}

export type OpenedEnvelope = { ok: true; statement: unknown; keyId: string } | { ok: false; problem: string };

/** The statement in `text` if one of `trustedKeysPem` signed it; otherwise why not. Never throws for what `text` holds. */
export function openEnvelope(text: string, trustedKeysPem: readonly string[]): OpenedEnvelope {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: "it is not JSON" };
  }
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) return { ok: false, problem: "it is not a signed DSSE envelope" };
  const { payloadType, signatures } = envelope.data;
  if (payloadType !== PAYLOAD_TYPE) return { ok: false, problem: `its payload is ${payloadType}, not ${PAYLOAD_TYPE}` };
  const payload = Buffer.from(envelope.data.payload, "base64");
  const signed = dsse.preAuthEncoding(payloadType, payload);
  for (const pem of trustedKeysPem) {
    const key = createPublicKey(pem);
    if (!signatures.some(({ sig }) => isSignature(Buffer.from(sig, "base64"), signed, key))) continue;
    try {
      return { ok: true, statement: JSON.parse(payload.toString("utf8")), keyId: keyId(key) };
    } catch {
      return { ok: false, problem: "its payload is signed but is not JSON" };
    }
  }
  const claimed = signatures.map((s) => s.keyid ?? "(no key id)").join(", ");
  const trusted = trustedKeysPem.map((pem) => keyId(createPublicKey(pem))).join(", ") || "none";
  return {
    ok: false,
    problem: `no trusted key signed it, or it was changed afterwards (signed by ${claimed}; trusted: ${trusted})`,
  };
}

/** Whether `key` is of a kind that evidence may be signed with: Ed25519, or ECDSA on the curve P-256. */
export function mayVerify(key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  return type === "ed25519" || (type === "ec" && details?.namedCurve === "prime256v1");
}

/** The algorithm is the key's, and never what an envelope says of itself. */
function isSignature(signature: Buffer, signed: Buffer, key: KeyObject): boolean {
  if (!mayVerify(key)) return false;
  return verify(key.asymmetricKeyType === "ed25519" ? null : "sha256", signed, key, signature);
}
