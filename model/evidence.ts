import { z } from "zod";
import { CHECKLIST_POINTS } from "./checklist";
import { excludedSummarySchema } from "./excluded";
import { ID_PATTERN } from "./layout";
import { anyRestorePathSchema } from "./restore-path";
import { evidenceStorageSchema } from "./storage-identity";
import { targetSchema } from "./target";
import { VERDICTS } from "./verdict-on-backup";

/**
 * Drill evidence: an in-toto Statement (v1). Its subjects are everything that is restored, by digest: the backup's
 * artifacts, its manifest, and the restore path by its fingerprint (which is all there is when no backup could be read).
 * No data values: digests and counts only.
 */
export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
/** A drill that has ended. */
export const PREDICATE_TYPE = "urn:restorable:restore-drill:v2";
/** A drill that has begun: signed before anything is restored, so that a drill that never ends leaves a trace. */
export const BEGUN_TYPE = "urn:restorable:restore-drill-begun:v2";
/** Evidence of the first version is still read. What it lacks is said by `lacking`. */
export const PREDICATE_TYPE_V1 = "urn:restorable:restore-drill:v1";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();
const seconds = z.number().nonnegative();

export const checkResultSchema = z.strictObject({
  /** Unique in the evidence, such as `access.grants`. */
  id: z.string().min(1),
  point: z.enum(CHECKLIST_POINTS),
  passed: z.boolean(),
  /** False: it could not look. It has failed, and says nothing about the backup. */
  ran: z.boolean(),
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

/** More than a chain will ever have: what claims a place beyond is not a record. */
const MOST_RECORDS = 999_999_999;

/**
 * Where a record stands among all records about one database (environment, stack and target), of every copy, begun and
 * ended drills alike. A chain has no hole and no fork: whoever leaves a record out, shows it.
 */
export const chainSchema = z.strictObject({
  /** 0 for the first record of the database, one more for each that follows. */
  sequence: z.int().nonnegative().max(MOST_RECORDS),
  /** `recordDigest` of the record before; null for the first. */
  previous: sha256.nullable(),
});
export type ChainLink = z.infer<typeof chainSchema>;

export const TRIGGERS = ["after-backup", "schedule", "deployment", "manual"] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** Who declared the drill: the program that declares the backups, too (`self`), or a platform's own, apart from it. */
export const ATTESTATIONS = ["self", "platform"] as const;
export type Attestation = (typeof ATTESTATIONS)[number];

const subjectOfDrill = {
  environment: z.string().min(1),
  stack: z.string().min(1),
  target: targetSchema,
};

export const drilledBackupSchema = z.strictObject({
  id: z.string().regex(ID_PATTERN),
  snapshotAt: time,
  completedAt: time,
  bytes: z.int().positive(),
  /** Of the dump as it is stored. */
  sha256,
  /** Of `roles.sql` and `facts.json` as they are stored. */
  roles: sha256.optional(),
  facts: sha256.optional(),
  /** `manifestDigest` of its manifest. */
  manifest: sha256.optional(),
  /** The source server's `system_identifier`: another server of the same name has another one. */
  systemIdentifier: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  /** For whom it is encrypted: age recipients, or the KMS key's id. Absent: it is not encrypted. */
  recipients: z.array(z.string().min(1)).min(1).optional(),
  /** What pg_dump and the backup itself warned of while it was taken. */
  warnings: z.array(z.string()).max(20).optional(),
});

const drillPredicate = z.strictObject({
  version: z.literal(2),
  /** Whether the drill met all that was asked of it: the backup is restorable, and isolation, health and objectives hold. */
  passed: z.boolean(),
  /** What is true of the backup, whatever became of the drill: by the checks of its contents alone. */
  verdict: z.enum(VERDICTS),
  /** Why the drill did not pass, one line each; empty when it passed. */
  failures: z.array(z.string()),
  ...subjectOfDrill,
  /** Absent in the evidence of other tools. */
  attestation: z.enum(ATTESTATIONS).optional(),
  restorePath: anyRestorePathSchema,
  fingerprint: sha256,
  /** Where the backup was read. Absent in the evidence of other tools. */
  storage: evidenceStorageSchema.optional(),
  /** Absent when no backup could be found or read. */
  backup: drilledBackupSchema.optional(),
  drill: z.strictObject({
    id: z.string().regex(ID_PATTERN),
    trigger: z.enum(TRIGGERS),
    startedAt: time,
    finishedAt: time,
  }),
  /** Absent in the evidence of other tools. */
  chain: chainSchema.optional(),
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

/** Evidence of the first version, as it was written; reading it fills in what can be told of it. */
const drillPredicateV1 = drillPredicate
  .omit({ attestation: true, storage: true, chain: true, verdict: true })
  .extend({
    version: z.literal(1),
    backup: drilledBackupSchema
      .pick({ id: true, snapshotAt: true, completedAt: true, bytes: true, sha256: true })
      .optional(),
    checks: z.array(checkResultSchema.omit({ ran: true }).transform((check) => ({ ...check, ran: true }))),
  })
  // Which of its failures were the backup's, it does not say.
  .transform(({ passed, ...rest }) => ({
    ...rest,
    passed,
    verdict: passed ? ("restorable" as const) : ("undetermined" as const),
  }));

export const drillPredicateSchema = z.discriminatedUnion("version", [drillPredicate, drillPredicateV1]);
export type DrillPredicate = Omit<z.infer<typeof drillPredicate>, "version"> & { version: 1 | 2 };

export const begunPredicateSchema = z.strictObject({
  version: z.literal(2),
  ...subjectOfDrill,
  fingerprint: sha256,
  drill: z.strictObject({
    id: z.string().regex(ID_PATTERN),
    trigger: z.enum(TRIGGERS),
    startedAt: time,
    /** When the drill has ended at the latest: a chain that goes no further by then ends in a failed drill. */
    deadline: time,
  }),
  chain: chainSchema,
  agent: z.strictObject({ version: z.string() }),
});
export type BegunPredicate = z.infer<typeof begunPredicateSchema>;

const subject = z.array(z.strictObject({ name: z.string(), digest: z.strictObject({ sha256 }) })).min(1);
const statement = { _type: z.literal(STATEMENT_TYPE), subject };

export const statementSchema = z.strictObject({
  ...statement,
  predicateType: z.enum([PREDICATE_TYPE, PREDICATE_TYPE_V1]),
  predicate: drillPredicateSchema,
});
export type Statement = z.infer<typeof statementSchema>;

export const begunStatementSchema = z.strictObject({
  ...statement,
  predicateType: z.literal(BEGUN_TYPE),
  predicate: begunPredicateSchema,
});
export type BegunStatement = z.infer<typeof begunStatementSchema>;

/** What `predicate` must name as its subjects: everything that it speaks of, by digest. */
export function subjectsOf(
  { backup, fingerprint }: Pick<DrillPredicate, "backup" | "fingerprint">,
  artifactKey = "database.dump",
): Statement["subject"] {
  const named = (name: string, digest: string | undefined) =>
    digest === undefined ? [] : [{ name, digest: { sha256: digest } }];
  return [
    ...named(artifactKey, backup?.sha256),
    ...named("roles.sql", backup?.roles),
    ...named("facts.json", backup?.facts),
    ...named("manifest.json", backup?.manifest),
    ...named("restore-path", fingerprint),
  ];
}

/** The statement that `predicate` makes of the artifact stored at `artifactKey`. Throws when it is not whole. */
export function drillStatement(predicate: DrillPredicate, artifactKey?: string): Statement {
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(predicate, artifactKey),
    predicateType: PREDICATE_TYPE,
    predicate: drillPredicate.parse(predicate),
  };
}

export function begunStatement(predicate: BegunPredicate): BegunStatement {
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf({ fingerprint: predicate.fingerprint }),
    predicateType: BEGUN_TYPE,
    predicate: begunPredicateSchema.parse(predicate),
  };
}

/** What evidence of a drill of ours must hold, and this lacks: empty for what is whole. Other tools' lacks no chain. */
export function lacking(predicate: DrillPredicate): string[] {
  const { version, restorePath, backup, storage, chain, attestation } = predicate;
  if (version === 1)
    return ["it is of version 1: it holds neither the digests of manifest and roles nor its place in a chain"];
  if (restorePath.kind === "external") return [];
  const parts: [string, unknown][] = [
    ["its place in the chain", chain],
    ["the storage that was read", storage],
    ["who declared the drill", attestation],
    ...(backup
      ? ([
          ["the digest of the manifest", backup.manifest],
          ["the digest of the roles", backup.roles],
          ["the digest of the facts", backup.facts],
          ["the server's system identifier", backup.systemIdentifier],
        ] as [string, unknown][])
      : []),
  ];
  const missing = parts.filter(([, value]) => value === undefined).map(([name]) => name);
  return missing.length === 0 ? [] : [`it lacks ${missing.join(", ")}`];
}

/** The key of a fingerprint's newest evidence in a drill's ConfigMap. Evidence for another path never stands under it. */
export function evidenceConfigMapKey(fingerprint: string): string {
  return `${fingerprint}.dsse.json`;
}
