import { z } from "zod";
import { CHECKLIST_POINTS } from "./checklist";
import { ATTESTATIONS } from "./evidence";
import { externalRestorePathSchema, restorePathSchema } from "./restore-path";
import { COUNT_RULES } from "./retention-policy";
import { STORAGE_KINDS } from "./storage-access";
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
  /** Instances never share a node (or whatever the topology key names). */
  spread: z.boolean(),
  /** Pulumi refuses to delete it. */
  protected: z.boolean(),
  image: z.string(),
});
export type ClusterDescriptor = z.infer<typeof clusterDescriptorSchema>;

export const storageDescriptorSchema = z.object({
  kind: z.literal("storage"),
  version: z.literal(1),
  storage: z.enum(STORAGE_KINDS),
  /** The server's address, or `nfs://server/path`. */
  endpoint: z.string(),
  /** Absent for volumes. */
  bucket: z.string().optional(),
  /** What travels to it is encrypted. */
  tls: z.boolean(),
  /** Stored objects are encrypted by the storage, as far as it was declared. */
  encrypted: z.boolean().optional(),
  /** By which backups say that they go here: what writerId() makes of the writer's access. */
  writers: z.array(z.string()).min(1),
  /** By which drills say that they restore from here, in the same way. Absent: not known, or none. */
  readers: z.array(z.string()).optional(),
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
  /** What it leaves out, by the restore path's patterns: `audit.*`, `rows of public.sessions`. Absent: nothing. */
  leavesOut: z.array(z.string()).optional(),
  schedule: z.string(),
  timeZone: z.string(),
  rpoSeconds: seconds,
  worstCaseRpoSeconds: seconds,
  /** The longest that one run may take. */
  deadlineSeconds: seconds,
  retentionSeconds: seconds,
  /** Where the backup goes: what writerId() makes of its access to the storage. */
  writer: z.string(),
  /** Below which it is kept there. */
  prefix: z.string().optional(),
  image: z.string(),
  /** For whom backups are encrypted: age recipients, or the KMS key's id. Absent: they are not encrypted. */
  recipients: z.array(z.string()).optional(),
});
export type BackupDescriptor = z.infer<typeof backupDescriptorSchema>;

/** An off-site copy of a LogicalBackup's backups: a backup of its own, with a restore path of its own. */
export const copyDescriptorSchema = z.object({
  kind: z.literal("copy"),
  version: z.literal(1),
  environment: z.string(),
  target: targetSchema,
  /** Of the restore path from the off-site copy: only a drill of that copy covers it. */
  fingerprint: z.string(),
  /** Where backups are copied from: what writerId() makes of the access with which they are read. */
  from: z.string(),
  /** Where copies go: what writerId() makes of the writer's access. */
  writer: z.string(),
  /** Below which they are kept there. */
  prefix: z.string().optional(),
  /** What it leaves out, by the restore path's patterns: `audit.*`, `rows of public.sessions`. Absent: nothing. */
  leavesOut: z.array(z.string()).optional(),
  schedule: z.string(),
  timeZone: z.string(),
  rpoSeconds: seconds,
  /** The backup's worst case, and what the copying adds to it. */
  worstCaseRpoSeconds: seconds,
  /** How old what a run copies may be already. */
  backupWorstCaseSeconds: seconds,
  /** The longest that one run may take. */
  deadlineSeconds: seconds,
  /** Absent: copies are kept as the other storage's own retention says. */
  retentionSeconds: seconds.optional(),
  image: z.string(),
});
export type CopyDescriptor = z.infer<typeof copyDescriptorSchema>;

/** What of a database's backups is removed, and when. */
export const retentionDescriptorSchema = z.object({
  kind: z.literal("retention"),
  version: z.literal(1),
  environment: z.string(),
  target: targetSchema,
  copy: z.enum(["primary", "off-site"]),
  /** Everything younger stays. */
  retentionSeconds: seconds,
  /** How many periods have their newest good backup kept. */
  keep: z.record(z.enum(COUNT_RULES), z.int().nonnegative()),
  schedule: z.string(),
  timeZone: z.string(),
  /** Nothing is removed: it is only said what would be. */
  dryRun: z.boolean(),
  image: z.string(),
});
export type RetentionDescriptor = z.infer<typeof retentionDescriptorSchema>;

export const evidenceRecordSchema = z.object({
  /** Where it was read: `ConfigMap app-drill/orders-drill-evidence`, `file evidence/staging.dsse.json`. */
  source: z.string(),
  /** The envelope's text as found, unverified: the pack verifies it. */
  envelope: z.string(),
});
export type EvidenceRecord = z.infer<typeof evidenceRecordSchema>;

const drill = {
  version: z.literal(1),
  environment: z.string(),
  stack: z.string(),
  target: targetSchema,
  fingerprint: z.string(),
  checklist: z.array(z.enum(CHECKLIST_POINTS)),
  triggers: z.object({ afterBackup: z.boolean(), schedule: z.string().optional(), onDeployment: z.boolean() }),
  objectives: z.object({ rpoSeconds: seconds, rtoSeconds: seconds }),
  evidence: z.array(evidenceRecordSchema),
  /** Why evidence could not be read, one line each. What could not be read is unproven. */
  evidenceProblems: z.array(z.string()),
};

export const restoreDrillDescriptorSchema = z.object({
  kind: z.literal("drill"),
  ...drill,
  drillNamespace: z.string(),
  /** `platform`: a program apart from the backups' declares it, and holds its key. */
  attestation: z.enum(ATTESTATIONS),
  /** Where the key that signs comes from: out of the program, a Secret that the program cannot read, or a KMS. */
  signingKey: z.enum(["program", "secret", "kms"]).optional(),
  /** `reference`: another stack declares the drill, and this is only how its evidence is found. */
  declares: z.enum(["jobs", "reference"]),
  restorePath: restorePathSchema,
  /** Where backups are read from: what writerId() makes of the reader's access. Absent: another stack knows. */
  reader: z.string().optional(),
  /** Below which they are found there. */
  prefix: z.string().optional(),
  /** The off-site copy, which this drill restores in turn with the first. Its evidence stands among the rest. */
  offSite: z
    .object({
      restorePath: restorePathSchema,
      fingerprint: z.string(),
      reader: z.string().optional(),
      prefix: z.string().optional(),
      /** How old the newest backup there may be. */
      rpoSeconds: seconds,
    })
    .optional(),
});
export type RestoreDrillDescriptor = z.infer<typeof restoreDrillDescriptorSchema>;

/** A drill that another tool runs: it says itself what it covers, since the library did not declare the backups. */
export const externalDrillDescriptorSchema = z.object({
  kind: z.literal("external-drill"),
  ...drill,
  /** Absent when it does not run in Kubernetes. */
  drillNamespace: z.string().optional(),
  restorePath: externalRestorePathSchema,
  /** URNs of the backups that it restores, or of the databases whose backups it restores. */
  covers: z.array(z.string()).min(1),
});
export type ExternalDrillDescriptor = z.infer<typeof externalDrillDescriptorSchema>;

export const drillDescriptorSchema = z.discriminatedUnion("kind", [
  restoreDrillDescriptorSchema,
  externalDrillDescriptorSchema,
]);
export type DrillDescriptor = z.infer<typeof drillDescriptorSchema>;

/** Type tokens by which the pack finds the components, however they were imported. */
export const TYPE_TOKENS = {
  cluster: "restorable:index:PostgresCluster",
  storage: "restorable:index:S3CompatibleBackupStorage",
  s3Storage: "restorable:index:S3BackupStorage",
  nfsStorage: "restorable:index:NfsBackupStorage",
  backup: "restorable:index:LogicalBackup",
  copy: "restorable:index:BackupCopy",
  retention: "restorable:index:BackupRetention",
  drill: "restorable:index:RestoreDrill",
  platformDrill: "restorable:index:PlatformDrill",
  externalDrill: "restorable:index:ExternalRestoreDrill",
  drillNamespace: "restorable:index:DrillNamespace",
  access: "restorable:index:DatabaseAccess",
  restorable: "restorable:index:RestorablePostgres",
} as const;
