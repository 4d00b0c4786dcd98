import type { types } from "@pulumi/kubernetes";
import { STORAGE_FOLDERS } from "../../../model/storage-access";
import { agentJobSpec } from "../../kubernetes/agent-job";
import { scratchMount } from "../../kubernetes/pods";
import type { NfsStorageDeclaration } from "../nfs-backup-storage-args";
import { jobStorage, storageAccessField, storageMounts } from "../storage-access";
import { nfsStorageAccess } from "./access";

/** Pulling the image and mounting the volume included: a mount that does not come about ends the deployment. */
export const INIT_SECONDS = 600;

/** The Job that makes the volume a storage, and shows that backups will be able to use it. */
export function initJobSpec(
  name: string,
  { agentImage, prefix }: NfsStorageDeclaration,
  labels: Record<string, string>,
): types.input.batch.v1.JobSpec {
  const writer = storageAccessField.parse(nfsStorageAccess(name, "writer"));
  const mounted = [...storageMounts(writer, jobStorage(false)), scratchMount("tmp", "/tmp", "16Mi")];
  return agentJobSpec({
    name: "init",
    args: ["storage-init", "--folder", STORAGE_FOLDERS.storage, "--prefix", prefix],
    ...{ image: agentImage, memory: "128Mi", cpu: "50m", mounted, labels, deadlineSeconds: INIT_SECONDS, retries: 1 },
    saysWhy: true,
  });
}
