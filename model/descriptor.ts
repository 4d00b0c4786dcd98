import { z } from "zod";
import { CHECKLIST_POINTS } from "./checklist";
import { restorePathSchema } from "./restore-path";
import { targetSchema } from "./target";

/**
 * What components tell the policy pack: the `descriptor` output they register. It is all that a stack policy sees of
 * a component, so it is plain JSON, known at preview, and holds no secret.
 */
const seconds = z.number().nonnegative();

export const clusterDescriptorSchema = z.object({
  kind: z.literal("cluster"),
  version: z.literal(1),
  environment: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  engine: z.string(),
  postgresMajor: z.int(),
  instances: z.int(),
  synchronous: z.boolean(),
  image: z.string(),
});
export type ClusterDescriptor = z.infer<typeof clusterDescriptorSchema>;

export const storageDescriptorSchema = z.object({
  kind: z.literal("storage"),
  version: z.literal(1),
  storage: z.enum(["s3-compatible"]),
  endpoint: z.string(),
  bucket: z.string(),
  tls: z.boolean(),
});
export type StorageDescriptor = z.infer<typeof storageDescriptorSchema>;

export const backupDescriptorSchema = z.object({
  kind: z.literal("backup"),
  version: z.literal(1),
  environment: z.string(),
  target: targetSchema,
  method: z.enum(["logical"]),
  /** Of the restore path that this backup is made for: only a drill of the same one covers it. */
  fingerprint: z.string(),
  schedule: z.string(),
  timeZone: z.string(),
  rpoSeconds: seconds,
  worstCaseRpoSeconds: seconds,
  retentionSeconds: seconds,
});
export type BackupDescriptor = z.infer<typeof backupDescriptorSchema>;

export const evidenceRecordSchema = z.object({
  /** Where it was read: `ConfigMap app-drill/orders-drill-evidence`, `file evidence/staging.dsse.json`. */
  source: z.string(),
  /** The envelope's text as found, unverified: the pack verifies it. */
  envelope: z.string(),
});
export type EvidenceRecord = z.infer<typeof evidenceRecordSchema>;

export const drillDescriptorSchema = z.object({
  kind: z.literal("drill"),
  version: z.literal(1),
  environment: z.string(),
  stack: z.string(),
  target: targetSchema,
  drillNamespace: z.string(),
  restorePath: restorePathSchema,
  fingerprint: z.string(),
  checklist: z.array(z.enum(CHECKLIST_POINTS)),
  triggers: z.object({ afterBackup: z.boolean(), schedule: z.string().optional(), onDeployment: z.boolean() }),
  objectives: z.object({ rpoSeconds: seconds, rtoSeconds: seconds }),
  evidence: z.array(evidenceRecordSchema),
  /** Why evidence could not be read, one line each. What could not be read is unproven. */
  evidenceProblems: z.array(z.string()),
});
export type DrillDescriptor = z.infer<typeof drillDescriptorSchema>;

/** Type tokens by which the pack finds the components, however they were imported. */
export const TYPE_TOKENS = {
  cluster: "restorable:index:PostgresCluster",
  storage: "restorable:index:S3CompatibleBackupStorage",
  backup: "restorable:index:LogicalBackup",
  drill: "restorable:index:RestoreDrill",
  drillNamespace: "restorable:index:DrillNamespace",
  access: "restorable:index:DatabaseAccess",
  restorable: "restorable:index:RestorablePostgres",
} as const;
