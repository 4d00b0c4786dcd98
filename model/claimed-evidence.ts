import { envelopeSchema } from "./dsse";
import { type DrillPredicate, statementSchema } from "./evidence";

/** What an envelope says, whoever signed it: nothing may be believed for it. Undefined: it is no evidence of a drill. */
export function claimedPredicate(envelope: string | undefined): DrillPredicate | undefined {
  try {
    const { payload } = envelopeSchema.parse(JSON.parse(envelope ?? ""));
    return statementSchema.parse(JSON.parse(Buffer.from(payload, "base64").toString("utf8"))).predicate;
  } catch {
    return undefined;
  }
}
