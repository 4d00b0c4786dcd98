import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE, RUN_VARIABLES, SECRET_FOLDERS } from "../../model/job-config";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { failAtOnce } from "../kubernetes/jobs";
import {
  CONTAINER_SECURITY,
  configFileMount,
  POD_SECURITY,
  resources,
  scratchMount,
  secretMount,
  tokenMount,
} from "../kubernetes/pods";
import { type MountPoint, storageMounts } from "../storage/storage-access";
import type { BackupDeclaration } from "./logical-backup-args";

/** What differs between a scheduled backup and the one of a deployment. */
export interface BackupRun {
  configMap: string;
  /** The key of the ConfigMap that holds this run's config. */
  configKey: string;
  serviceAccount: string;
  labels: Record<string, string>;
  trigger: "schedule" | "deployment";
  /** Whether the run talks to Kubernetes, which only starting a drill needs. */
  token: boolean;
}

/** Where a backup's pod has its storage. */
export const BACKUP_STORAGE: MountPoint = {
  name: "storage",
  secrets: SECRET_FOLDERS.storage,
  folder: STORAGE_FOLDERS.storage,
  readOnly: false,
};

/** The Job of one backup, in a pod that meets the Pod Security Standard "restricted". */
export function backupJobSpec(args: BackupDeclaration, run: BackupRun): types.input.batch.v1.JobSpec {
  const mounted = [
    configFileMount(run.configMap, run.configKey, CONFIG_FILE),
    secretMount("source", args.credentialsSecret, SECRET_FOLDERS.source),
    ...storageMounts(args.storage, BACKUP_STORAGE),
    scratchMount("tmp", "/tmp", "64Mi"),
    ...(run.token ? [tokenMount()] : []),
  ];
  return {
    // Trying again helps against a failover or a store that was away; what it cannot help ends at once, see failAtOnce.
    backoffLimit: 3,
    podFailurePolicy: failAtOnce("backup"),
    activeDeadlineSeconds: parseDuration(args.deadline),
    template: {
      metadata: { labels: run.labels },
      spec: {
        restartPolicy: "Never",
        serviceAccountName: run.serviceAccount,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 10,
        securityContext: POD_SECURITY,
        containers: [
          {
            name: "backup",
            image: args.restorePath.agentImage,
            args: ["backup"],
            env: [{ name: RUN_VARIABLES.trigger, value: run.trigger }],
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
