import { z } from "zod";
import { openEnvelope } from "./dsse";
import { formatDuration } from "./duration";
import { STATEMENT_TYPE } from "./evidence";
import { canonicalDigest } from "./restore-path";
import { targetId, targetSchema } from "./target";
import { oneLine } from "./text";

/**
 * A waiver lets one target's deployment pass in one environment for at most 72 hours although its restore path is not
 * proven: without it, the deployment that repairs a failing drill could not be made. It is signed as evidence is, by a
 * key that people hold, and every preview prints it.
 */
export const WAIVER_PREDICATE_TYPE = "urn:restorable:waiver:v1";
export const MAX_WAIVER_SECONDS = 72 * 3600;

const time = z.iso.datetime();
const said = (what: string) =>
  z
    .string()
    .trim()
    .min(1, { error: `must say ${what}` })
    .max(1000);

export const waiverPredicateSchema = z.strictObject({
  version: z.literal(1),
  reason: said("why"),
  /** Who answers for it. */
  person: said("who answers for it"),
  environment: z.string().min(1),
  target: targetSchema,
  notBefore: time,
  expires: time,
});
export type Waiver = z.infer<typeof waiverPredicateSchema>;

const waiverStatementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: z.string() }) })).length(1),
  predicateType: z.literal(WAIVER_PREDICATE_TYPE),
  predicate: waiverPredicateSchema,
});

/** The in-toto Statement of `waiver`, to be signed with signStatement. Its subject is the target in its environment. */
export function waiverStatement(waiver: Waiver): z.infer<typeof waiverStatementSchema> {
  const { environment, target } = waiver;
  return {
    _type: STATEMENT_TYPE,
    subject: [
      { name: `${environment}/${targetId(target)}`, digest: { sha256: canonicalDigest({ environment, target }) } },
    ],
    predicateType: WAIVER_PREDICATE_TYPE,
    predicate: waiverPredicateSchema.parse(waiver),
  };
}

export type WaiverReading = { ok: true; waiver: Waiver; keyId: string } | { ok: false; problem: string };

/** The waiver in `text` if it holds now in `environment`; otherwise why not. Never throws for what `text` holds. */
export function readWaiver(text: string, waiverKeys: string[], environment: string, now: Date): WaiverReading {
  const no = (problem: string): WaiverReading => ({ ok: false, problem: oneLine(problem, 400) });
  let opened: ReturnType<typeof openEnvelope>;
  try {
    opened = openEnvelope(text, waiverKeys);
  } catch (error) {
    return no(`it could not be verified: ${(error as Error).message}`);
  }
  if (!opened.ok) return no(opened.problem);
  const parsed = waiverStatementSchema.safeParse(opened.statement);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return no(`it is signed, but it is not a ${WAIVER_PREDICATE_TYPE}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const waiver = parsed.data.predicate;
  const problem = whyNotNow(waiver, environment, now);
  return problem ? no(problem) : { ok: true, waiver, keyId: opened.keyId };
}

function whyNotNow(waiver: Waiver, environment: string, now: Date): string | undefined {
  const from = Date.parse(waiver.notBefore);
  const to = Date.parse(waiver.expires);
  const seconds = (to - from) / 1000;
  if (seconds <= 0) return `it ends (${waiver.expires}) before it begins (${waiver.notBefore})`;
  if (seconds > MAX_WAIVER_SECONDS)
    return `it holds for ${formatDuration(seconds)}; a waiver holds for ${formatDuration(MAX_WAIVER_SECONDS)} at most`;
  if (now.getTime() >= to) return `it expired at ${waiver.expires}`;
  if (now.getTime() < from) return `it holds only from ${waiver.notBefore}`;
  if (waiver.environment !== environment) return `it is for environment ${waiver.environment}, not ${environment}`;
  return undefined;
}

/** The line that every preview prints while `waiver` holds. */
export function describeWaiver({ waiver, keyId }: { waiver: Waiver; keyId: string }): string {
  const until = `until ${waiver.expires}`;
  return `waived ${until} by ${oneLine(waiver.person, 100)} (key ${keyId}): ${oneLine(waiver.reason, 300)}`;
}
