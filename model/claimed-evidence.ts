import { z } from "zod";
import { envelopeSchema } from "./dsse";
import { BEGUN_TYPE, chainSchema, type DrillPredicate, statementSchema } from "./evidence";
import { ID_PATTERN } from "./layout";
import { type Target, targetSchema } from "./target";
import { unprintableIn } from "./text";

/** What an envelope says, whoever signed it: nothing may be believed for it. Undefined: it is no evidence of a drill. */
export function claimedPredicate(envelope: string | undefined): DrillPredicate | undefined {
  try {
    const { payload } = envelopeSchema.parse(JSON.parse(envelope ?? ""));
    const { predicate } = statementSchema.parse(JSON.parse(Buffer.from(payload, "base64").toString("utf8")));
    // What could move what is shown beside it is shown to nobody.
    return unprintableIn(predicate) ? undefined : predicate;
  } catch {
    return undefined;
  }
}

/** What a record of a chain claims, whether its drill has ended or only begun. */
export interface ClaimedRecord {
  environment: string;
  stack: string;
  target: Target;
  drillId: string;
  /** Of the backup that was drilled; absent when none was, or when the drill has only begun. */
  backupId?: string | undefined;
  begun: boolean;
  fingerprint: string;
  chain?: { sequence: number } | undefined;
  /** It has ended, and not passed. */
  failed: boolean;
  snapshotAt?: string | undefined;
}

const claim = z.object({
  predicateType: z.string(),
  predicate: z.object({
    environment: z.string(),
    stack: z.string(),
    target: targetSchema,
    drill: z.object({ id: z.string().regex(ID_PATTERN) }),
    fingerprint: z.string(),
    chain: chainSchema.optional(),
    passed: z.boolean().optional(),
    backup: z.object({ id: z.string().regex(ID_PATTERN), snapshotAt: z.string() }).optional(),
  }),
});

/** The same of the little that the order of a chain's records takes. Undefined: it is no such record. */
export function claimedRecord(envelope: string | undefined): ClaimedRecord | undefined {
  try {
    const { payload } = envelopeSchema.parse(JSON.parse(envelope ?? ""));
    const { predicate, predicateType } = claim.parse(JSON.parse(Buffer.from(payload, "base64").toString("utf8")));
    const { environment, stack, target, drill, fingerprint, chain, passed, backup } = predicate;
    return {
      ...{ environment, stack, target, drillId: drill.id, backupId: backup?.id, begun: predicateType === BEGUN_TYPE },
      ...{ fingerprint, chain, failed: passed === false, snapshotAt: backup?.snapshotAt },
    };
  } catch {
    return undefined;
  }
}
