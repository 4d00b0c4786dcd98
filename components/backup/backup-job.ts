import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE, RUN_VARIABLES, SECRET_FOLDERS, SERVER_CA_FILE } from "../../model/job-config";
import { agentJobSpec } from "../kubernetes/agent-job";
import { configFileMount, scratchMount, secretFileMount, secretMount, tokenMount } from "../kubernetes/pods";
import { jobStorage, storageMounts } from "../storage/storage-access";
import type { BackupDeclaration } from "./logical-backup-args";

/** What differs between a scheduled backup and the one of a deployment. */
export interface BackupRun {
  configMap: string;
  /** The key of the ConfigMap that holds this run's config. */
  configKey: string;
  serviceAccount: string;
  labels: Record<string, string>;
  trigger: "schedule" | "deployment";
  /** Whether the run talks to Kubernetes, which only asking for a drill needs. */
  token: boolean;
}

/** Where a backup's pod has its storage. */
export const BACKUP_STORAGE = jobStorage(false);

const CA_FILE = `${SECRET_FOLDERS.serverCa}/${SERVER_CA_FILE}`;

/** The Job of one backup. */
export function backupJobSpec(args: BackupDeclaration, run: BackupRun): types.input.batch.v1.JobSpec {
  const mounted = [
    configFileMount(run.configMap, run.configKey, CONFIG_FILE),
    secretMount("source", args.credentialsSecret, SECRET_FOLDERS.source),
    ...(args.serverCa ? [secretFileMount("server-ca", args.serverCa.secret, args.serverCa.key, CA_FILE)] : []),
    ...storageMounts(args.storage, BACKUP_STORAGE),
    scratchMount("tmp", "/tmp", "64Mi"),
    ...(run.token ? [tokenMount()] : []),
  ];
  return agentJobSpec({
    ...{ name: "backup", args: ["backup"], image: args.restorePath.agentImage, memory: args.memory, cpu: args.cpu },
    ...{ mounted, labels: run.labels, serviceAccount: run.serviceAccount, pods: args.pods },
    env: [{ name: RUN_VARIABLES.trigger, value: run.trigger }],
    deadlineSeconds: parseDuration(args.deadline),
    // Against a failover, or a store that was away.
    retries: 3,
  });
}
