import { z } from "zod";
import { prefixSchema } from "./job-config";
import { retentionPolicySchema } from "./retention-policy";
import { storageAccessSchema } from "./storage-access";
import { targetSchema } from "./target";

/**
 * What a pruning Job is told: whose backups, where, and which of them stay. Its credentials, mounted as `storage` (see
 * SECRET_FOLDERS), may list, read, and delete below `backups/`.
 */
export const pruneJobSchema = z.strictObject({
  version: z.literal(1),
  /** Whose backups these are: those of another stack or environment are not touched. */
  environment: z.string().min(1),
  stack: z.string().min(1),
  target: targetSchema,
  storage: storageAccessSchema,
  prefix: prefixSchema,
  /** Which copy the storage is: a drill of the other one decides nothing here. */
  copy: z.enum(["primary", "off-site"]).default("primary"),
  retention: retentionPolicySchema.omit({ timeZone: true }),
  /** The calendar's time zone. */
  timeZone: retentionPolicySchema.shape.timeZone,
  /** How long a backup without a manifest may still be under way. Default: a day. */
  graceSeconds: z.number().positive().optional(),
  /** Ed25519 public keys, PEM, that sign drill evidence. Without them a drill's pass can keep a backup, and no more. */
  trustedKeys: z.array(z.string().min(1)).default([]),
  /** Says what would be removed, and removes nothing. */
  dryRun: z.boolean().default(false),
});
export type PruneJob = z.infer<typeof pruneJobSchema>;
