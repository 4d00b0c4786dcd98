/** What teams import. Every component has a page under docs/components. */
export { DatabaseAccess } from "./access/database-access";
export type { DatabaseAccessArgs, LoginRoleArgs } from "./access/database-access-args";
export { BackupCopy } from "./backup/backup-copy";
export type { BackupCopyArgs, CopiedBackupArgs } from "./backup/backup-copy-args";
export type { BackupEncryptionArgs } from "./backup/backup-encryption-args";
export { BackupRetention } from "./backup/backup-retention";
export type { BackupRetentionArgs, KeepCountsArgs } from "./backup/backup-retention-args";
export { LogicalBackup } from "./backup/logical-backup";
export type { DatabaseCoverageArgs, LogicalBackupArgs, RequestDrillArgs } from "./backup/logical-backup-args";
export { PostgresCluster } from "./cluster/postgres-cluster";
export type {
  AntiAffinityArgs,
  ClusterResourcesArgs,
  ClusterStorageArgs,
  InitialDatabaseArgs,
  PostgresClusterArgs,
  RoleCredentialsArgs,
  SynchronousReplicationArgs,
} from "./cluster/postgres-cluster-args";
export { DrillNamespace, type DrillNamespaceArgs } from "./drill/drill-namespace";
export {
  type EvidenceFound,
  type EvidenceLocation,
  type EvidenceReader,
  readEvidence,
  useEvidenceReader,
} from "./drill/evidence-reader";
export { ExternalRestoreDrill } from "./drill/external-restore-drill";
export type {
  DrillToolArgs,
  EvidenceConfigMapArgs,
  ExternalDrillTriggersArgs,
  ExternalRestoreDrillArgs,
  ExternalRestorePathArgs,
} from "./drill/external-restore-drill-args";
export { PlatformDrill } from "./drill/platform-drill";
export type {
  PlatformDrillArgs,
  PlatformDrillTriggersArgs,
  PlatformOffSiteArgs,
} from "./drill/platform-drill-args";
export type { RecoveryIdentityArgs } from "./drill/recovery-identity-args";
export { RestoreDrill } from "./drill/restore-drill";
export type {
  DrillTriggersArgs,
  OffSiteDrillArgs,
  RecoveryObjectivesArgs,
  RestoreDrillArgs,
  TemporaryStorageArgs,
} from "./drill/restore-drill-args";
export type { SigningKeyArgs, SigningKmsArgs } from "./drill/signing-key-args";
export { type DrillPredicate, drillStatement, evidenceId, externalRestorePath, signStatement } from "./evidence";
export type { PodSettingsArgs } from "./kubernetes/pod-settings";
export type {
  RestorableDatabaseOutput,
  RestorableOutput,
  RestorableStorageOutput,
} from "./restorable/outputs";
export type {
  AccessArgs,
  BackupPlanArgs,
  BackupStoreArgs,
  CoverageArgs,
  DrillPlanArgs,
  OffSiteStoreArgs,
  RestorableDatabaseArgs,
} from "./restorable/plan-args";
export { RestorablePostgres } from "./restorable/restorable-postgres";
export type { RestorablePostgresArgs } from "./restorable/restorable-postgres-args";
export type { AddressArgs, ApplicationCheckArgs, RestorePathArgs, TargetArgs } from "./restore-path-args";
export { type NfsStorageUse, nfsStorageAccess } from "./storage/nfs/access";
export { NfsBackupStorage } from "./storage/nfs-backup-storage";
export type { NfsBackupStorageArgs, NfsVolumeArgs } from "./storage/nfs-backup-storage-args";
export { type S3StorageUse, s3StorageAccess } from "./storage/s3/access";
export { S3BackupStorage } from "./storage/s3-backup-storage";
export type {
  BucketAccessLogsArgs,
  BucketEncryptionArgs,
  BucketLifecycleArgs,
  BucketObjectLockArgs,
  BucketReplicationArgs,
  IrsaArgs,
  PodIdentityArgs,
  S3BackupStorageArgs,
  S3BucketArgs,
  ServiceAccountArgs,
} from "./storage/s3-backup-storage-args";
export {
  S3CompatibleBackupStorage,
  type S3CompatibleBackupStorageArgs,
  type StorageCredentialsArgs,
} from "./storage/s3-compatible-backup-storage";
export type { StorageAccessArgs } from "./storage/storage-access";
