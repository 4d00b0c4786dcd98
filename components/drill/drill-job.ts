import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE, DRILL_FOLDER, RUN_VARIABLES, SECRET_FOLDERS } from "../../model/job-config";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { TEMPORARY_SERVER_SCRIPT } from "../../model/temporary-server";
import { agentJobSpec } from "../kubernetes/agent-job";
import {
  CONTAINER_SECURITY,
  configFileMount,
  type Mounted,
  resources,
  scratchMount,
  secretMount,
  tokenMount,
} from "../kubernetes/pods";
import { jobStorage, type MountPoint, offSiteStorage, storageMounts } from "../storage/storage-access";
import type { DrillDeclaration } from "./restore-drill-args";

/** Where a drill's pod has the backups. */
export const DRILL_STORAGE = jobStorage(true);

/** Where a drill's pod has the off-site copy. */
export const DRILL_OFF_SITE = offSiteStorage(true);

/** Where a drill's pod has the storage of its evidence: of a volume, it gets nothing else that it may write to. */
export const evidenceStorage = (prefix: string): MountPoint => ({
  name: "evidence",
  secrets: SECRET_FOLDERS.evidence,
  folder: STORAGE_FOLDERS.evidence,
  readOnly: false,
  within: `${prefix}evidence`,
});

export interface DrillRun {
  configMap: string;
  serviceAccount: string;
  /** Absent when a KMS signs. */
  signingSecret?: string;
  /** Present exactly when backups are encrypted by age. */
  identitySecret?: string;
  labels: Record<string, string>;
  trigger: "schedule" | "deployment";
}

/**
 * The Job of one drill: the temporary server as a native
 * sidecar, which ends with the drill, and the agent beside it. They share one folder and nothing else; the server has
 * no token, no keys and no address.
 */
export function drillJobSpec(args: DrillDeclaration, run: DrillRun): types.input.batch.v1.JobSpec {
  const workspace = workspaceMount(args);
  const agent = [
    workspace,
    configFileMount(run.configMap, "config.json", CONFIG_FILE),
    ...storageMounts(args.reader, DRILL_STORAGE),
    ...(args.offSite ? storageMounts(args.offSite.reader, DRILL_OFF_SITE) : []),
    ...storageMounts(args.evidence, evidenceStorage(args.prefix)),
    ...(run.signingSecret === undefined ? [] : [secretMount("signing", run.signingSecret, SECRET_FOLDERS.signing)]),
    ...(run.identitySecret === undefined ? [] : [secretMount("identity", run.identitySecret, SECRET_FOLDERS.identity)]),
    scratchMount("agent-tmp", "/tmp", "64Mi"),
    tokenMount(),
  ];
  const server = [
    workspace,
    scratchMount("server-tmp", "/tmp", "64Mi"),
    // Parallel queries share memory by /dev/shm, of which a container has 64 MiB unless it is given more.
    scratchMount("server-shm", "/dev/shm", "256Mi", "Memory"),
  ];
  const { serverImage, agentImage } = args.restorePath;
  return agentJobSpec({
    ...{ name: "drill", args: ["drill"], image: agentImage, memory: args.agentMemory, cpu: "100m" },
    ...{ mounted: agent, labels: run.labels, serviceAccount: run.serviceAccount },
    env: [{ name: RUN_VARIABLES.trigger, value: run.trigger }],
    deadlineSeconds: parseDuration(args.deadline),
    // A drill that failed has shown something: it is not tried again until it passes by luck.
    retries: 0,
    sidecar: {
      container: {
        name: "server",
        image: serverImage,
        restartPolicy: "Always",
        command: ["/bin/sh", "-c", TEMPORARY_SERVER_SCRIPT],
        securityContext: CONTAINER_SECURITY,
        resources: resources(args.serverMemory, args.serverCpu),
        volumeMounts: server.map(({ mount }) => mount),
      },
      volumes: server.slice(1).map(({ volume }) => volume),
    },
  });
}

/** The folder that agent and server share; it goes away with the pod either way. */
function workspaceMount({ temporaryStorage: { size, storageClass } }: DrillDeclaration): Mounted {
  if (storageClass === undefined) return scratchMount("drill", DRILL_FOLDER, size);
  return {
    volume: {
      name: "drill",
      ephemeral: {
        volumeClaimTemplate: {
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: storageClass,
            resources: { requests: { storage: size } },
          },
        },
      },
    },
    mount: { name: "drill", mountPath: DRILL_FOLDER },
  };
}
