import { InvalidInputError } from "../../../model/problems";
import type { S3BackupStorageArgs } from "../s3-backup-storage-args";
import type { StorageAccessArgs } from "../storage-access";
import { roleArn } from "./arns";
import { type RoleUse, roleName } from "./role-names";

export type S3StorageUse = "writer" | "reader" | "evidence" | "pruner";

/** A drill reads backups and stores evidence as one service account, which has one role. */
const ROLE_OF: Record<S3StorageUse, RoleUse> = {
  writer: "writer",
  reader: "drill",
  evidence: "drill",
  pruner: "pruner",
};

/**
 * How Jobs get at the bucket of S3BackupStorage `name`, declared by `args`: plain values, for the `storage` of a
 * LogicalBackup and the `reader` and `evidence` of a RestoreDrill. Throws InvalidInputError for a pruner when `args`
 * names none.
 */
export function s3StorageAccess(name: string, args: S3BackupStorageArgs, use: S3StorageUse): StorageAccessArgs {
  const { bucket, region, accountId, irsa, pruners = [], roleNamePrefix = name } = args;
  if (use === "pruner" && pruners.length === 0)
    throw new InvalidInputError(`S3BackupStorage "${name}"`, [
      { path: "pruners", message: "is empty, so that nobody may remove backups; name the service accounts that prune" },
    ]);
  const role = roleArn(roleName(roleNamePrefix, ROLE_OF[use]), { accountId, region });
  // EKS Pod Identity knows from its association which role a pod gets; IRSA needs it on the service account.
  return { kind: "s3", bucket, region, owner: accountId, ...(irsa ? { roleArn: role } : {}) };
}
