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

/** What signs envelopes: a key at hand, or one that never leaves its KMS. */
export interface EnvelopeSigner {
  keyId: string;
  /** PEM. */
  publicKey: string;
  /** The signature over DSSE's pre-authentication encoding. */
  sign(encoded: Buffer): Promise<Buffer>;
}

/** Signs `statement`. */
export async function signWith(statement: unknown, signer: EnvelopeSigner): Promise<Envelope> {
  const payload = Buffer.from(JSON.stringify(statement));
  return envelope(payload, signer.keyId, await signer.sign(dsse.preAuthEncoding(PAYLOAD_TYPE, payload)));
}

/** The signer of the Ed25519 private key in `privateKeyPem` (PKCS #8). Throws when the key is of another kind. */
export function keySigner(privateKeyPem: string): EnvelopeSigner {
  const key = ed25519(privateKeyPem);
  const publicKey = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  return { keyId: keyId(key), publicKey, sign: async (encoded) => sign(null, encoded, key) };
}

/** Signs `statement` with the Ed25519 private key in `privateKeyPem` (PKCS #8). Throws when the key is of another kind. */
export function signStatement(statement: unknown, privateKeyPem: string): Envelope {
  const key = ed25519(privateKeyPem);
  const payload = Buffer.from(JSON.stringify(statement));
  return envelope(payload, keyId(key), sign(null, dsse.preAuthEncoding(PAYLOAD_TYPE, payload), key));
}

function ed25519(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new Error(`the signing key is ${key.asymmetricKeyType}; evidence is signed with ed25519`);
}

function envelope(payload: Buffer, keyid: string, signature: Buffer): Envelope {
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString("base64"),
    signatures: [{ keyid, sig: signature.toString("base64") }],
  };
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
  const parsed = envelopeSchema.safeParse(value);
  if (!parsed.success) return { ok: false, problem: "it is not a signed DSSE envelope" };
  const { payloadType, signatures } = parsed.data;
  if (payloadType !== PAYLOAD_TYPE) return { ok: false, problem: `its payload is ${payloadType}, not ${PAYLOAD_TYPE}` };
  const payload = Buffer.from(parsed.data.payload, "base64");
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
