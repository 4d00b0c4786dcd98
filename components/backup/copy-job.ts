import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE, SECRET_FOLDERS } from "../../model/job-config";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { agentJobSpec } from "../kubernetes/agent-job";
import { configFileMount, scratchMount } from "../kubernetes/pods";
import { type MountPoint, storageMounts } from "../storage/storage-access";
import type { CopyDeclaration } from "./backup-copy-args";

/** Where a copying pod has the storage that it reads. */
export const COPY_SOURCE: MountPoint = {
  name: "storage",
  secrets: SECRET_FOLDERS.storage,
  folder: STORAGE_FOLDERS.storage,
  readOnly: true,
};

/** Where a copying pod has the storage that it writes to. */
export const COPY_DESTINATION: MountPoint = {
  name: "off-site",
  secrets: SECRET_FOLDERS.offSite,
  folder: STORAGE_FOLDERS.offSite,
  readOnly: false,
};

export interface CopyRun {
  configMap: string;
  serviceAccount: string;
  labels: Record<string, string>;
}

/** The Job of one copying. It never talks to Kubernetes. */
export function copyJobSpec(args: CopyDeclaration, run: CopyRun): types.input.batch.v1.JobSpec {
  const mounted = [
    configFileMount(run.configMap, "config.json", CONFIG_FILE),
    ...storageMounts(args.from, COPY_SOURCE),
    ...storageMounts(args.to, COPY_DESTINATION),
    scratchMount("tmp", "/tmp", "64Mi"),
  ];
  return agentJobSpec({
    ...{ name: "copy", args: ["copy"], image: args.restorePath.agentImage, memory: args.memory, cpu: args.cpu },
    ...{ mounted, labels: run.labels, serviceAccount: run.serviceAccount },
    deadlineSeconds: parseDuration(args.deadline),
    // What was copied is not copied again, so that trying again goes on where the last attempt ended.
    retries: 3,
  });
}
