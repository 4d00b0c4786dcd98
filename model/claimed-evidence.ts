import { z } from "zod";
import { envelopeSchema } from "./dsse";
import { chainSchema, type DrillPredicate, statementSchema } from "./evidence";

/** What an envelope says, whoever signed it: nothing may be believed for it. Undefined: it is no evidence of a drill. */
export function claimedPredicate(envelope: string | undefined): DrillPredicate | undefined {
  try {
    const { payload } = envelopeSchema.parse(JSON.parse(envelope ?? ""));
    return statementSchema.parse(JSON.parse(Buffer.from(payload, "base64").toString("utf8"))).predicate;
  } catch {
    return undefined;
  }
}

/** What a record of a chain claims, whether its drill has ended or only begun. */
export interface ClaimedRecord {
  fingerprint: string;
  chain?: { sequence: number } | undefined;
  /** It has ended, and not passed. */
  failed: boolean;
  snapshotAt?: string | undefined;
}

const claim = z.object({
  predicate: z.object({
    fingerprint: z.string(),
    chain: chainSchema.optional(),
    passed: z.boolean().optional(),
    backup: z.object({ snapshotAt: z.string() }).optional(),
  }),
});

/** The same of the little that the order of a chain's records takes. Undefined: it is no such record. */
export function claimedRecord(envelope: string): ClaimedRecord | undefined {
  try {
    const { payload } = envelopeSchema.parse(JSON.parse(envelope));
    const { predicate } = claim.parse(JSON.parse(Buffer.from(payload, "base64").toString("utf8")));
    const { fingerprint, chain, passed, backup } = predicate;
    return { fingerprint, chain, failed: passed === false, snapshotAt: backup?.snapshotAt };
  } catch {
    return undefined;
  }
}
