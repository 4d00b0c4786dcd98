import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";
import { CHECKLIST_POINTS } from "./checklist";
import { ENCRYPTION_SCHEMES } from "./encryption";
import { kebabField, versionField, wordField } from "./fields";
import { tablePatternField } from "./patterns";
import { STORAGE_KINDS } from "./storage-access";

const excludedField = z.array(tablePatternField).min(1).optional();

/**
 * How a backup becomes a running database again: everything that, when it changes, makes earlier proof worthless.
 * Names, sizes, hosts and schedules stay out of it, so that environments can share a restore path.
 */
export const restorePathSchema = z.strictObject({
  /** Only the restore paths of others say what kind they are: ours had their fingerprints before there were any. */
  kind: z.undefined().optional(),
  version: z.literal(1),
  engine: z.enum(["cloudnative-pg"]),
  postgresMajor: z.int().min(13).max(99),
  backup: z.strictObject({
    method: z.enum(["logical"]),
    format: z.enum(["custom"]),
    compression: z.enum(["zstd"]),
    encryption: z.enum(ENCRYPTION_SCHEMES),
    /** Patterns of what is not backed up at all. Absent: everything is, and the fingerprint is what it was before. */
    excludeTables: excludedField,
    /** Patterns of tables whose definition is backed up and whose rows are not. */
    excludeTableData: excludedField,
  }),
  storage: z.strictObject({ kind: z.enum(STORAGE_KINDS), copy: z.enum(["primary", "off-site"]) }),
  restore: z.strictObject({ procedure: z.enum(["pg_restore"]) }),
  checklist: z.array(z.enum(CHECKLIST_POINTS)).min(1),
  /** SHA-256 (hex) of the canonical JSON of what the application's own checks are. */
  applicationChecks: z.string().regex(/^[0-9a-f]{64}$/),
  images: z.strictObject({ server: z.string().min(1), agent: z.string().min(1) }),
});

export type RestorePath = z.infer<typeof restorePathSchema>;

/** A restore path that another tool restores along, in as many words as an outsider can know of it. */
export const externalRestorePathSchema = z.strictObject({
  kind: z.literal("external"),
  version: z.literal(1),
  engine: kebabField,
  postgresMajor: z.int().min(10).max(99),
  backup: z.strictObject({ method: z.enum(["logical", "physical", "snapshot"]) }),
  /** Whether the copy that is restored would survive the loss of the cluster that it is a copy of. */
  storage: z.strictObject({ kind: kebabField, copy: z.enum(["inside", "outside"]) }),
  restore: z.strictObject({ procedure: wordField }),
  /** What restores and checks: another version of it may do so in another way. */
  tool: z.strictObject({ name: wordField, version: versionField }),
  checklist: z.array(z.enum(CHECKLIST_POINTS)).min(1),
  images: z.strictObject({ server: z.string().min(1).optional() }),
});

export type ExternalRestorePath = z.infer<typeof externalRestorePathSchema>;

export const anyRestorePathSchema = z.discriminatedUnion("kind", [restorePathSchema, externalRestorePathSchema]);

export type AnyRestorePath = z.infer<typeof anyRestorePathSchema>;

/** The canonical JSON (RFC 8785) of `value`: the same text for the same value, however it was written down. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("only JSON values have a canonical digest");
  return text;
}

/** SHA-256 (64 hex digits) of the canonical JSON of `value`. */
export function canonicalDigest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** The identity of a restore path: evidence counts only for the fingerprint it names. */
export function fingerprint(path: AnyRestorePath): string {
  return canonicalDigest(anyRestorePathSchema.parse(path));
}
