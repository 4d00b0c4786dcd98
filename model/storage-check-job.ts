import { z } from "zod";
import { prefixSchema, SECRET_FOLDERS } from "./job-config";
import { storageAccessSchema } from "./storage-access";
import { PROMISE_IDS, STORAGE_USES, type StorageUse } from "./storage-promises";

/** Where the Secret of each use is mounted in a Job that checks a storage. */
export const STORAGE_CHECK_FOLDERS: Record<StorageUse, string> = {
  writer: SECRET_FOLDERS.storage,
  reader: "/var/run/restorable/reader",
  evidence: SECRET_FOLDERS.evidence,
  pruner: "/var/run/restorable/pruner",
};

/** What a Job that checks a storage is told. All uses are of one storage: the same bucket, or the same folder. */
export const storageCheckJobSchema = z.strictObject({
  version: z.literal(1),
  /** The uses that are tried. */
  uses: z
    .partialRecord(z.enum(STORAGE_USES), storageAccessSchema)
    .refine((uses) => Object.keys(uses).length > 0, { error: "name at least one use" }),
  prefix: prefixSchema,
  /** What the storage must keep; the rest is told. */
  require: z.array(z.enum(PROMISE_IDS)),
});
export type StorageCheckJob = z.infer<typeof storageCheckJobSchema>;
