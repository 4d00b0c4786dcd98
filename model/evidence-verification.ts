import { CHECKLIST, CHECKLIST_POINTS } from "./checklist";
import type { EvidenceRecord } from "./descriptor";
import { openEnvelope } from "./dsse";
import { formatDuration } from "./duration";
import {
  type DrillPredicate,
  PREDICATE_TYPE,
  PREDICATE_TYPE_V1,
  STATEMENT_TYPE,
  statementSchema,
  subjectsOf,
} from "./evidence";
import { fingerprint } from "./restore-path";
import { type Target, targetId } from "./target";
import { oneLine } from "./text";

/**
 * What drill evidence is worth to one drill in one stack. Nothing in a record is believed before a trusted key's
 * signature has been verified; everything that can be wrong with it has a kind and a reason of its own.
 */
export interface Expectation {
  environment: string;
  stack: string;
  target: Target;
  /** The environment whose evidence counts too, in environments that come after another one. */
  previousEnvironment?: string;
  /** Recomputed from the restore path, never copied from what a program says. */
  fingerprint: string;
  objectives: { rpoSeconds: number; rtoSeconds: number };
  /** Ed25519 public keys, PEM. More than one while keys are being rotated. */
  trustedKeys: string[];
  maxAgeSeconds: number;
  now: Date;
}

export type RefusalKind =
  | "untrusted"
  | "foreign"
  | "other-path"
  | "contradictory"
  | "failing"
  | "incomplete"
  | "stale"
  | "future"
  | "objective";

export interface Refusal {
  kind: RefusalKind;
  /** Where the record was read. */
  source: string;
  reason: string;
}

/** A record that a trusted key signed, for this drill's environment and target or for the environment before it. */
export interface Testimony {
  source: string;
  keyId: string;
  /** Whether it was made here or in the previous environment, which proves the path but not the time. */
  from: "own" | "previous";
  predicate: DrillPredicate;
}

/** A ConfigMap cannot hold more than this; anything larger is not evidence and is not worth parsing. */
export const MAX_ENVELOPE_BYTES = 1024 * 1024;
/** How far clocks may be apart before evidence counts as coming from the future. */
export const CLOCK_SKEW_SECONDS = 300;

/** What a trusted key has signed, whoever it is about: a drill's statement that does not contradict itself. */
export type Verified = Omit<Testimony, "from">;

/** The testimony in `record`, or why it is none. Never throws for what `record` holds. */
export function hear(record: EvidenceRecord, expected: Expectation): Testimony | Refusal {
  const verified = verify(record, expected.trustedKeys);
  if ("kind" in verified) return verified;
  const from = provenance(verified.predicate, expected);
  if (from) return { ...verified, from };
  return { kind: "foreign", source: verified.source, reason: foreignReason(verified.predicate, expected) };
}

/** The statement in `record` if one of `trustedKeys` signed it and it is whole; otherwise why not. Never throws. */
export function verify(record: EvidenceRecord, trustedKeys: string[]): Verified | Refusal {
  const source = oneLine(record.source, 200);
  const refuse = (kind: RefusalKind, reason: string): Refusal => ({ kind, source, reason });
  if (record.envelope.length > MAX_ENVELOPE_BYTES)
    return refuse(
      "untrusted",
      `it has ${record.envelope.length} characters; evidence has at most ${MAX_ENVELOPE_BYTES}`,
    );
  const opened = open(record.envelope, trustedKeys);
  if (!opened.ok) return refuse("untrusted", oneLine(opened.problem, 400));
  const type = (opened.statement as { predicateType?: unknown } | null)?.predicateType;
  if (type !== PREDICATE_TYPE && type !== PREDICATE_TYPE_V1)
    return refuse("untrusted", `it is signed, but it is no ${PREDICATE_TYPE}`);
  const parsed = statementSchema.safeParse(opened.statement);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = oneLine(issue?.path.join(".") ?? "", 100);
    return refuse(
      "untrusted",
      `it is signed, but it is not a complete ${STATEMENT_TYPE} of a restore drill (${where})`,
    );
  }
  const { predicate, subject } = parsed.data;
  const named = new Set(subject.map((s) => s.digest.sha256));
  if (!subjectsOf(predicate).every((s) => named.has(s.digest.sha256)))
    return refuse("contradictory", "its subject is not the backup and restore path that its predicate speaks of");
  if (fingerprint(predicate.restorePath) !== predicate.fingerprint)
    return refuse("contradictory", "its fingerprint is not that of the restore path it describes");
  return { source, keyId: opened.keyId, predicate };
}

function open(envelope: string, keys: string[]): ReturnType<typeof openEnvelope> {
  try {
    return openEnvelope(envelope, keys);
  } catch (error) {
    return { ok: false, problem: `it could not be verified: ${(error as Error).message}` };
  }
}

function provenance(predicate: DrillPredicate, expected: Expectation): Testimony["from"] | undefined {
  if (predicate.environment === expected.previousEnvironment)
    return sameSubject(predicate, expected) ? "previous" : undefined;
  const own =
    predicate.environment === expected.environment &&
    predicate.stack === expected.stack &&
    targetId(predicate.target) === targetId(expected.target);
  return own ? "own" : undefined;
}

/**
 * Our own restore paths hold the application's checks, and so tell databases apart. Those of other tools are the same
 * for everything that the tool restores: there the earlier environment's server and database must have the same names.
 */
function sameSubject({ restorePath, target }: DrillPredicate, expected: Expectation): boolean {
  if (restorePath.kind !== "external") return true;
  return target.cluster === expected.target.cluster && target.database === expected.target.database;
}

function foreignReason(predicate: DrillPredicate, expected: Expectation): string {
  const made = `environment ${predicate.environment}, stack ${predicate.stack}, ${targetId(predicate.target)}`;
  const here = `environment ${expected.environment}, stack ${expected.stack}, ${targetId(expected.target)}`;
  const before = expected.previousEnvironment ? `, or evidence of ${expected.previousEnvironment},` : "";
  return oneLine(`it is of another drill (${made}); only evidence of ${here}${before} counts here`, 600);
}

/** Everything that keeps `testimony` from being proof. An empty list: it passed, here and now, for this restore path. */
export function objections(testimony: Testimony, expected: Expectation): Refusal[] {
  const { predicate, source, from } = testimony;
  const found: Refusal[] = [];
  const object = (kind: RefusalKind, reason: string) => found.push({ kind, source, reason });

  const failed = [
    ...predicate.failures,
    ...predicate.checks.filter((c) => !c.passed).map((c) => `check ${c.id}`),
    ...predicate.stages.filter((s) => !s.passed).map((s) => `stage ${s.name}`),
  ];
  if (!predicate.passed) object("failing", `the drill of ${predicate.drill.finishedAt} failed: ${listed(failed)}`);
  else if (failed.length > 0) object("contradictory", `it says "passed", and yet these failed: ${listed(failed)}`);
  if (predicate.passed && !predicate.backup) object("contradictory", 'it says "passed" and names no backup');

  const missing = CHECKLIST_POINTS.filter((point) => !predicate.checks.some((check) => check.point === point));
  if (missing.length > 0)
    object("incomplete", `nothing was checked of ${missing.map((p) => `${p} (${CHECKLIST[p]})`).join(", ")}`);

  const age = (expected.now.getTime() - Date.parse(predicate.drill.finishedAt)) / 1000;
  if (age > expected.maxAgeSeconds)
    object(
      "stale",
      `the drill ended ${formatDuration(age)} ago; evidence counts for ${formatDuration(expected.maxAgeSeconds)}`,
    );
  if (age < -CLOCK_SKEW_SECONDS)
    object(
      "future",
      `the drill ended ${formatDuration(-age)} in the future (${predicate.drill.finishedAt}): a clock is wrong`,
    );
  if (Date.parse(predicate.drill.startedAt) > Date.parse(predicate.drill.finishedAt))
    object("contradictory", "the drill ended before it began");

  // Another environment's sizes, schedule and hardware say nothing about the time that a recovery takes here.
  if (from === "own") for (const reason of missedObjectives(predicate, expected)) object("objective", reason);
  return found;
}

function missedObjectives(predicate: DrillPredicate, { objectives }: Expectation): string[] {
  const missed: string[] = [];
  const over = (what: string, measured: number, objective: number) => {
    if (measured > objective)
      missed.push(`${what} was ${formatDuration(measured)}; the objective is ${formatDuration(objective)}`);
  };
  over("the measured recovery time (RTO)", predicate.measured.rtoSeconds, objectives.rtoSeconds);
  over("the measured recovery point (RPO)", predicate.measured.rpoSeconds, objectives.rpoSeconds);
  // Without this, daily drills of one old backup would stay green after the backups have stopped.
  if (predicate.backup) {
    const age = (Date.parse(predicate.drill.startedAt) - Date.parse(predicate.backup.snapshotAt)) / 1000;
    over("the age of the newest backup when it was drilled", age, objectives.rpoSeconds);
  }
  return missed;
}

function listed(reasons: string[]): string {
  if (reasons.length === 0) return "it does not say why";
  const shown = reasons.slice(0, 3).map((reason) => oneLine(reason, 200));
  return shown.join("; ") + (reasons.length > 3 ? `; and ${reasons.length - 3} more` : "");
}
