import type { StorageAccessArgs } from "../storage-access";

export type NfsStorageUse = "writer" | "reader" | "evidence" | "pruner";

/**
 * How Jobs get at the volume of NfsBackupStorage `name`: plain values, for the `storage` of a LogicalBackup (writer) and
 * the `reader` and `evidence` of a RestoreDrill.
 */
export function nfsStorageAccess(name: string, use: NfsStorageUse): StorageAccessArgs {
  return { kind: "nfs", claim: `${name}-${use}` };
}
