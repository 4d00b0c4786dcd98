import { createHash } from "node:crypto";
import { type Envelope, envelopeSchema } from "./dsse";

/** SHA-256 (hex) of the signed payload: what the next record of the chain names. Its signature may be made anew. */
export function recordDigest(envelope: Pick<Envelope, "payload">): string {
  return createHash("sha256").update(Buffer.from(envelope.payload, "base64")).digest("hex");
}

/** The same of an envelope's text. Undefined when it is none. */
export function recordDigestOf(text: string): string | undefined {
  try {
    return recordDigest(envelopeSchema.parse(JSON.parse(text)));
  } catch {
    return undefined;
  }
}

/** The keys of a drill's ConfigMap under which the last records of the chain stand, in order: `chain-000000000042.dsse.json`. */
export const chainKey = (sequence: number) => `chain-${String(sequence).padStart(12, "0")}.dsse.json`;
export const CHAIN_KEY = /^chain-(\d{12})\.dsse\.json$/;
