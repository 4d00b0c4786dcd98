import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";
import { CHECKLIST_POINTS } from "./checklist";

/**
 * How a backup becomes a running database again: everything that, when it changes, makes earlier proof worthless.
 * Names, sizes, hosts and schedules stay out of it, so that environments can share a restore path.
 */
export const restorePathSchema = z.strictObject({
  version: z.literal(1),
  engine: z.enum(["cloudnative-pg"]),
  postgresMajor: z.int().min(13).max(99),
  backup: z.strictObject({
    method: z.enum(["logical"]),
    format: z.enum(["custom"]),
    compression: z.enum(["zstd"]),
    encryption: z.enum(["none"]),
  }),
  storage: z.strictObject({ kind: z.enum(["s3-compatible"]), copy: z.enum(["primary"]) }),
  restore: z.strictObject({ procedure: z.enum(["pg_restore"]) }),
  checklist: z.array(z.enum(CHECKLIST_POINTS)).min(1),
  /** SHA-256 (hex) of the canonical JSON of what the application's own checks are. */
  applicationChecks: z.string().regex(/^[0-9a-f]{64}$/),
  images: z.strictObject({ server: z.string().min(1), agent: z.string().min(1) }),
});

export type RestorePath = z.infer<typeof restorePathSchema>;

/** SHA-256 (64 hex digits) of the canonical JSON (RFC 8785) of `value`. */
export function canonicalDigest(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Error("only JSON values have a canonical digest");
  return createHash("sha256").update(text).digest("hex");
}

/** The identity of a restore path: evidence counts only for the fingerprint it names. */
export function fingerprint(path: RestorePath): string {
  return canonicalDigest(restorePathSchema.parse(path));
}
