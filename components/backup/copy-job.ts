import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE } from "../../model/job-config";
import { agentJobSpec } from "../kubernetes/agent-job";
import { configFileMount, scratchMount } from "../kubernetes/pods";
import { jobStorage, offSiteStorage, storageMounts } from "../storage/storage-access";
import type { CopyDeclaration } from "./backup-copy-args";

/** Where a copying pod has the storage that it reads. */
export const COPY_SOURCE = jobStorage(true);

/** Where a copying pod has the storage that it writes to. */
export const COPY_DESTINATION = offSiteStorage(false);

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
    ...{ mounted, labels: run.labels, serviceAccount: run.serviceAccount, pods: args.pods },
    deadlineSeconds: parseDuration(args.deadline),
    // What was copied is not copied again, so that trying again goes on where the last attempt ended.
    retries: 3,
  });
}
