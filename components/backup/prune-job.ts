import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE } from "../../model/job-config";
import { agentJobSpec } from "../kubernetes/agent-job";
import { configFileMount, scratchMount } from "../kubernetes/pods";
import { jobStorage, storageMounts } from "../storage/storage-access";
import type { RetentionDeclaration } from "./backup-retention-args";

/** Where a pruning pod has its storage. */
export const PRUNED_STORAGE = jobStorage(false);

export interface PruneRun {
  configMap: string;
  serviceAccount: string;
  labels: Record<string, string>;
}

/** The Job of one pruning. It never talks to Kubernetes. */
export function pruneJobSpec(args: RetentionDeclaration, run: PruneRun): types.input.batch.v1.JobSpec {
  const mounted = [
    configFileMount(run.configMap, "config.json", CONFIG_FILE),
    ...storageMounts(args.storage, PRUNED_STORAGE),
    scratchMount("tmp", "/tmp", "64Mi"),
  ];
  return agentJobSpec({
    ...{ name: "prune", args: ["prune"], image: args.agentImage, memory: args.memory, cpu: args.cpu },
    ...{ mounted, labels: run.labels, serviceAccount: run.serviceAccount, pods: args.pods },
    deadlineSeconds: parseDuration(args.deadline),
    // Against a storage that was away. What a refusal found does not pass by trying again, and tomorrow is soon enough.
    retries: 1,
    // A batch that has begun is finished: see CLEANUP_MS in store/s3-store.ts.
    graceSeconds: 60,
  });
}
