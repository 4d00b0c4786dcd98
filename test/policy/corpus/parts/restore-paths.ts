import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";
import { CNPG_POSTGRES, POSTGRES } from "./images";

/** How the drills of the corpus restore: each from the copy that would survive the loss of the cluster. */

/** A CloudNativePG cluster that recovers from the object store. */
export const barman: ExternalRestorePathInputs = {
  engine: "cloudnative-pg",
  postgresMajor: 17,
  backupMethod: "physical",
  storageKind: "s3",
  storageCopy: "outside",
  procedure: "bootstrap.recovery",
  tool: { name: "cnpg-recovery-test", version: "1.4.0" },
  serverImage: CNPG_POSTGRES,
};

/** A CloudNativePG cluster that recovers from volume snapshots. */
export const snapshots: ExternalRestorePathInputs = {
  ...barman,
  backupMethod: "snapshot",
  storageKind: "volume-snapshot",
  storageCopy: "inside",
};

/** A dump restored into an empty server. */
export const dump: ExternalRestorePathInputs = {
  engine: "postgresql",
  postgresMajor: 17,
  backupMethod: "logical",
  storageKind: "s3",
  storageCopy: "outside",
  procedure: "pg_restore",
  tool: { name: "pg-restore-check", version: "2.1.0" },
  serverImage: POSTGRES,
};

/** A base backup and WAL, restored by the tool that took them. */
export const physical: ExternalRestorePathInputs = {
  ...dump,
  backupMethod: "physical",
  procedure: "base-backup-and-wal",
};

/** Of the copy in an object store that runs in the cluster itself. */
export const insideBucket = (path: ExternalRestorePathInputs): ExternalRestorePathInputs => ({
  ...path,
  storageCopy: "inside",
});

/** Of the copy on a volume of the cluster itself. */
export const inside = (path: ExternalRestorePathInputs): ExternalRestorePathInputs => ({
  ...path,
  storageKind: "volume",
  storageCopy: "inside",
});
