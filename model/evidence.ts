import { z } from "zod";
import { CHECKLIST_POINTS } from "./checklist";
import { excludedSummarySchema } from "./excluded";
import { ID_PATTERN } from "./layout";
import { anyRestorePathSchema } from "./restore-path";
import { targetSchema } from "./target";

/**
 * Drill evidence: an in-toto Statement (v1). Its subject is the backup's artifact by digest (and the restore path by
 * its fingerprint, which is all there is when the artifact could not be read). No data values: digests and counts only.
 */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
export const PREDICATE_TYPE = "urn:restorable:restore-drill:v1";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();
const seconds = z.number().nonnegative();

export const checkResultSchema = z.strictObject({
  /** Unique in the evidence, such as `access.grants`. */
  id: z.string().min(1),
  point: z.enum(CHECKLIST_POINTS),
  passed: z.boolean(),
  expected: z.string(),
  actual: z.string(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

export const stageSchema = z.strictObject({
  name: z.string(),
  seconds,
  passed: z.boolean(),
  message: z.string().optional(),
});
export type Stage = z.infer<typeof stageSchema>;

export const drillPredicateSchema = z.strictObject({
  version: z.literal(1),
  passed: z.boolean(),
  /** Why it did not pass, one line each; empty when it passed. */
  failures: z.array(z.string()),
  environment: z.string().min(1),
  stack: z.string().min(1),
  target: targetSchema,
  restorePath: anyRestorePathSchema,
  fingerprint: sha256,
  /** Absent when no backup could be found or read. */
  backup: z
    .strictObject({
      id: z.string().regex(ID_PATTERN),
      snapshotAt: time,
      completedAt: time,
      bytes: z.int().positive(),
      sha256,
    })
    .optional(),
  drill: z.strictObject({
    id: z.string().regex(ID_PATTERN),
    trigger: z.enum(["after-backup", "schedule", "deployment", "manual"]),
    startedAt: time,
    finishedAt: time,
  }),
  stages: z.array(stageSchema),
  checks: z.array(checkResultSchema),
  /** What the backup left out, and so the restored copy lacks. Absent: nothing. */
  excluded: excludedSummarySchema.optional(),
  /** What was restored. Zero rows prove nothing about data: the gate calls such a drill unproven. */
  contents: z.strictObject({ tables: z.int().nonnegative(), rows: z.int().nonnegative() }),
  objectives: z.strictObject({ rpoSeconds: seconds, rtoSeconds: seconds }),
  measured: z.strictObject({
    /**
     * From the snapshot of the good backup before this one (or, for a first backup, its own) until this one was
     * complete. Of the off-site copy: from this backup's snapshot until the drill began.
     */
    rpoSeconds: seconds,
    /** From the drill's start until the application's role had read and written. */
    rtoSeconds: seconds,
  }),
  agent: z.strictObject({ version: z.string() }),
});
export type DrillPredicate = z.infer<typeof drillPredicateSchema>;

export const statementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.strictObject({ name: z.string(), digest: z.strictObject({ sha256 }) })).min(1),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: drillPredicateSchema,
});
export type Statement = z.infer<typeof statementSchema>;

/** The statement that `predicate` makes about the artifact stored at `artifactKey`. */
export function drillStatement(predicate: DrillPredicate, artifactKey?: string): Statement {
  const subject = [{ name: "restore-path", digest: { sha256: predicate.fingerprint } }];
  if (predicate.backup)
    subject.unshift({ name: artifactKey ?? predicate.backup.id, digest: { sha256: predicate.backup.sha256 } });
  return {
    _type: STATEMENT_TYPE,
    subject,
    predicateType: PREDICATE_TYPE,
    predicate: drillPredicateSchema.parse(predicate),
  };
}

/** The key of a fingerprint's newest evidence in a drill's ConfigMap. Evidence for another path never stands under it. */
export function evidenceConfigMapKey(fingerprint: string): string {
  return `${fingerprint}.dsse.json`;
}
