import { z } from "zod";
import { prefixSchema } from "./job-config";
import { storageAccessSchema } from "./storage-access";
import { targetSchema } from "./target";

const place = z.strictObject({ storage: storageAccessSchema, prefix: prefixSchema });

/** What a copying Job is told: whose backups, from where, and to where. Its credentials are mounted, see SECRET_FOLDERS. */
export const copyJobSchema = z.strictObject({
  version: z.literal(1),
  /** Whose backups these are: those of another stack or environment are not copied. */
  environment: z.string().min(1),
  stack: z.string().min(1),
  target: targetSchema,
  from: place,
  to: place,
  /** Older backups are not copied, except the newest good one. Absent: all are. */
  maxAgeSeconds: z.number().positive().optional(),
});
export type CopyJob = z.infer<typeof copyJobSchema>;
