import { createHash } from "node:crypto";
import { type Envelope, envelopeSchema } from "./dsse";
import type { ChainLink } from "./evidence";

/** SHA-256 (hex) of the signed payload: what the next record of the chain names. Its signature may be made anew. */
export function recordDigest(envelope: Pick<Envelope, "payload">): string {
  return createHash("sha256").update(Buffer.from(envelope.payload, "base64")).digest("hex");
}

/** The same of an envelope's text. Undefined when it is not an envelope. */
export function recordDigestOf(text: string): string | undefined {
  try {
    return recordDigest(envelopeSchema.parse(JSON.parse(text)));
  } catch {
    return undefined;
  }
}

/** The key of one record in a drill's ConfigMap, such as `chain-000000000042.dsse.json`: they sort by sequence. */
export const chainKey = (sequence: number) => `chain-${String(sequence).padStart(12, "0")}.dsse.json`;
export const CHAIN_KEY = /^chain-(\d{12})\.dsse\.json$/;

/** A record whose signature was verified, of one database (environment, stack and target). */
export interface ChainRecord {
  /** Where it was read. */
  source: string;
  /** `recordDigest` of it. */
  digest: string;
  link: ChainLink;
}

/**
 * What keeps `records`, all of one database, from being one chain from sequence `since` on: forks (two records in one
 * place) and holes (a record that is named, or must have been there, and is not shown). The same record may be there
 * several times, from several sources. Empty: it is whole up to its newest record; whether that is the newest of all,
 * only a source that nobody can withhold tells.
 */
export function chainProblems(records: readonly ChainRecord[], since = 0): string[] {
  const bySequence = new Map<number, Map<string, ChainRecord>>();
  for (const record of records) {
    if (record.link.sequence < since) continue;
    const there = bySequence.get(record.link.sequence) ?? new Map<string, ChainRecord>();
    bySequence.set(record.link.sequence, there.set(record.digest, record));
  }
  const sequences = [...bySequence.keys()].sort((a, b) => a - b);
  const problems: string[] = [];
  let before: { sequence: number; digest: string } | undefined;
  for (const sequence of sequences) {
    const there = [...(bySequence.get(sequence)?.values() ?? [])];
    const [record] = there;
    if (!record) continue;
    if (there.length > 1)
      problems.push(
        `the chain of evidence is forked: record ${sequence} is there ${there.length} times, and they differ ` +
          `(${there.map(({ source }) => source).join(", ")})`,
      );
    const expected = before === undefined ? since : before.sequence + 1;
    if (sequence > expected)
      problems.push(
        `the chain of evidence has a hole: ${sequence - expected === 1 ? `record ${expected} is` : `records ${expected} to ${sequence - 1} are`} not shown`,
      );
    else if (before && there.some(({ link }) => link.previous !== before?.digest))
      problems.push(
        `the chain of evidence is broken: record ${sequence} does not follow the record ${before.sequence} that is shown`,
      );
    before = { sequence, digest: record.digest };
  }
  return problems;
}
