import { recordDigest } from "./chain";
import type { EvidenceRecord } from "./descriptor";
import { envelopeSchema, openEnvelope } from "./dsse";
import {
  BEGUN_TYPE,
  type BegunPredicate,
  begunStatementSchema,
  type ChainLink,
  type DrillPredicate,
  PREDICATE_TYPE,
  PREDICATE_TYPE_V1,
  STATEMENT_TYPE,
  statementSchema,
  subjectsOf,
} from "./evidence";
import type { Refusal, RefusalKind } from "./refusal";
import { fingerprint } from "./restore-path";
import { oneLine, unprintableIn } from "./text";
import { keysOf, type TrustedKeys } from "./trusted-keys";

interface Signed {
  /** Where it was read. */
  source: string;
  /** The key that signed it. */
  keyId: string;
  /** `recordDigest` of it: what the next record of its chain names. */
  digest: string;
}

/** A drill that has ended, as a trusted key signed it. */
export interface Ended extends Signed {
  predicate: DrillPredicate;
}

/** A drill that has begun, as a trusted key signed it. */
export interface Begun extends Signed {
  begun: BegunPredicate;
}

/** What a trusted key has signed, whatever it is about: a statement that does not contradict itself. */
export type SignedRecord = Ended | Begun;

/** What a record speaks of, whether its drill has ended or not. */
export function subjectOf(record: SignedRecord): Pick<DrillPredicate, "environment" | "stack" | "target"> & {
  fingerprint: string;
  drill: { id: string };
  chain?: ChainLink | undefined;
} {
  return "predicate" in record ? record.predicate : record.begun;
}

/** A ConfigMap cannot hold more than this; anything larger is not evidence and is not worth parsing. */
export const MAX_ENVELOPE_BYTES = 1024 * 1024;

const opened = new WeakMap<TrustedKeys, WeakMap<EvidenceRecord, SignedRecord | Refusal>>();

/**
 * The statement in `record` if a key of the environment that it names has signed it, and it is whole; otherwise why not.
 * Nothing in it is believed before. Looked at once, however many drills ask. Never throws for what `record` holds.
 */
export function openRecord(record: EvidenceRecord, keys: TrustedKeys): SignedRecord | Refusal {
  const known = opened.get(keys) ?? new WeakMap<EvidenceRecord, SignedRecord | Refusal>();
  opened.set(keys, known);
  const result = known.get(record) ?? openWith(record, (environment) => keysOf(keys, environment), whoseKeys);
  known.set(record, result);
  return result;
}

/** The same by any of `trustedKeys`: for those who ask about one environment only. */
export function openRecordBy(record: EvidenceRecord, trustedKeys: readonly string[]): SignedRecord | Refusal {
  return openWith(record, () => trustedKeys);
}

/** The same for a drill that has ended, by any of `trustedKeys`: for those who ask about one environment only. */
export function verify(record: EvidenceRecord, trustedKeys: readonly string[]): Ended | Refusal {
  const found = openRecordBy(record, trustedKeys);
  if (!("begun" in found)) return found;
  return {
    kind: "untrusted",
    source: found.source,
    reason: "it is of a drill that has only begun, and proves nothing",
  };
}

function openWith(
  record: EvidenceRecord,
  keysFor: (environment: string | undefined) => readonly string[],
  note: (environment: string | undefined) => string = () => "",
): SignedRecord | Refusal {
  const source = oneLine(record.source, 200);
  const refuse = (kind: RefusalKind, reason: string): Refusal => ({ kind, source, reason });
  if (record.envelope.length > MAX_ENVELOPE_BYTES)
    return refuse(
      "untrusted",
      `it has ${record.envelope.length} characters; evidence has at most ${MAX_ENVELOPE_BYTES}`,
    );
  const claimed = claimOf(record.envelope);
  const envelope = openSafely(record.envelope, keysFor(claimed?.environment));
  if (!envelope.ok)
    return refuse("untrusted", oneLine(envelope.problem, 300) + (claimed ? note(claimed.environment) : ""));
  const statement = wholeStatement(envelope.statement);
  if ("problem" in statement) return refuse("untrusted", statement.problem);
  const problem = contradictionIn(statement);
  if (problem !== undefined) return refuse("contradictory", problem);
  const signed = { source, keyId: envelope.keyId, digest: claimed?.digest ?? "" };
  return statement.predicateType === BEGUN_TYPE
    ? { ...signed, begun: statement.predicate }
    : { ...signed, predicate: statement.predicate };
}

/** What an envelope says before anything of it is believed: whose keys must have signed it. */
function claimOf(text: string): { environment: string | undefined; digest: string } | undefined {
  try {
    const envelope = envelopeSchema.parse(JSON.parse(text));
    const digest = recordDigest(envelope);
    return { environment: environmentIn(Buffer.from(envelope.payload, "base64").toString("utf8")), digest };
  } catch {
    return undefined;
  }
}

function environmentIn(payload: string): string | undefined {
  try {
    const { predicate } = JSON.parse(payload) as { predicate?: { environment?: unknown } };
    return typeof predicate?.environment === "string" ? predicate.environment : undefined;
  } catch {
    return undefined;
  }
}

function whoseKeys(environment: string | undefined): string {
  if (environment === undefined) return ": it names no environment, and each key counts for one";
  return `: it says that it is of ${oneLine(environment, 60)}, whose keys alone count`;
}

function openSafely(envelope: string, keys: readonly string[]): ReturnType<typeof openEnvelope> {
  try {
    return openEnvelope(envelope, keys);
  } catch (error) {
    return { ok: false, problem: `it could not be verified: ${(error as Error).message}` };
  }
}

type Whole = ReturnType<typeof statementSchema.parse> | ReturnType<typeof begunStatementSchema.parse>;

function wholeStatement(statement: unknown): Whole | { problem: string } {
  const type = (statement as { predicateType?: unknown } | null)?.predicateType;
  const schema = type === BEGUN_TYPE ? begunStatementSchema : statementSchema;
  if (type !== BEGUN_TYPE && type !== PREDICATE_TYPE && type !== PREDICATE_TYPE_V1)
    return { problem: `it is signed, but it is no ${PREDICATE_TYPE}` };
  const parsed = schema.safeParse(statement);
  if (parsed.success) {
    const hidden = unprintableIn(parsed.data);
    if (!hidden) return parsed.data;
    return { problem: `it is signed, but its ${oneLine(hidden.join("."), 100)} has control or format characters` };
  }
  const where = oneLine(parsed.error.issues[0]?.path.join(".") ?? "", 100);
  return { problem: `it is signed, but it is not a complete ${STATEMENT_TYPE} of a restore drill (${where})` };
}

function contradictionIn(statement: Whole): string | undefined {
  const { predicate } = statement;
  const named = new Set(statement.subject.map(({ digest }) => digest.sha256));
  const of = "restorePath" in predicate ? predicate : { fingerprint: predicate.fingerprint };
  if (!subjectsOf(of).every(({ digest }) => named.has(digest.sha256)))
    return "its subject is not the backup and restore path that its predicate speaks of";
  if ("restorePath" in predicate && fingerprint(predicate.restorePath) !== predicate.fingerprint)
    return "its fingerprint is not that of the restore path it describes";
  return undefined;
}
