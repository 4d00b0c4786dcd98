import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE, SECRET_FOLDERS } from "../../model/job-config";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { failAtOnce } from "../kubernetes/jobs";
import { CONTAINER_SECURITY, configFileMount, POD_SECURITY, resources, scratchMount } from "../kubernetes/pods";
import { type MountPoint, storageMounts } from "../storage/storage-access";
import type { RetentionDeclaration } from "./backup-retention-args";

/** Where a pruning pod has its storage. */
export const PRUNED_STORAGE: MountPoint = {
  name: "storage",
  secrets: SECRET_FOLDERS.storage,
  folder: STORAGE_FOLDERS.storage,
  readOnly: false,
};

export interface PruneRun {
  configMap: string;
  serviceAccount: string;
  labels: Record<string, string>;
}

/** The Job of one pruning, in a pod that meets the Pod Security Standard "restricted". It never talks to Kubernetes. */
export function pruneJobSpec(args: RetentionDeclaration, run: PruneRun): types.input.batch.v1.JobSpec {
  const mounted = [
    configFileMount(run.configMap, "config.json", CONFIG_FILE),
    ...storageMounts(args.storage, PRUNED_STORAGE),
    scratchMount("tmp", "/tmp", "64Mi"),
  ];
  return {
    // Against a storage that was away. What a refusal found does not pass by trying again, and tomorrow is soon enough.
    backoffLimit: 1,
    podFailurePolicy: failAtOnce("prune"),
    activeDeadlineSeconds: parseDuration(args.deadline),
    template: {
      metadata: { labels: run.labels },
      spec: {
        restartPolicy: "Never",
        serviceAccountName: run.serviceAccount,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        // A batch that has begun is finished: see CLEANUP_MS in store/s3-store.ts.
        terminationGracePeriodSeconds: 60,
        securityContext: POD_SECURITY,
        containers: [
          {
            name: "prune",
            image: args.agentImage,
            args: ["prune"],
            securityContext: CONTAINER_SECURITY,
            resources: resources(args.memory, args.cpu),
            volumeMounts: mounted.map(({ mount }) => mount),
          },
        ],
        volumes: mounted.map(({ volume }) => volume),
      },
    },
  };
}
