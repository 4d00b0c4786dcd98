import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE, DRILL_FOLDERS, POD_VARIABLES, RUN_VARIABLES, SECRET_FOLDERS } from "../../model/job-config";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { TEMPORARY_SERVER_SCRIPT } from "../../model/temporary-server";
import { agentJobSpec, type Beside } from "../kubernetes/agent-job";
import {
  CONTAINER_SECURITY,
  configFileMount,
  type Mounted,
  partOf,
  readOnly,
  resources,
  SERVER_SECURITY,
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

/** The containers that run what others wrote, and so get no identity of the cloud's, which its webhooks give to all. */
const WITHOUT_IDENTITY = ["server", "commands"];

/**
 * The Job of one drill. What is restored is somebody else's code, so each container has only what it needs:
 * - `server`, the temporary server: another user, no token, no keys, no address; of all that is here it writes to its own
 *   folders alone, of which the others see the one with its socket, and only to read;
 * - `drill`, the agent: reads backups, restores and checks them; it can sign nothing and reach no API server;
 * - `signer`: takes what the drill has found, checks its form, signs it and keeps it; it reads no backup;
 * - `commands`, where the application has checks that are programs: runs these, without any secret.
 */
export function drillJobSpec(args: DrillDeclaration, run: DrillRun): types.input.batch.v1.JobSpec {
  const { agentImage } = args.restorePath;
  const shared = foldersOf(args);
  const config = configFileMount(run.configMap, "config.json", CONFIG_FILE);
  const variables = [{ name: RUN_VARIABLES.trigger, value: run.trigger }];
  const runsCommands = args.restorePath.applicationChecks.some(({ command }) => command !== undefined);
  return agentJobSpec({
    ...{ name: "drill", args: ["drill"], image: agentImage, memory: args.agentMemory, cpu: "100m" },
    mounted: [
      config,
      shared.start,
      readOnly(shared.server),
      shared.artifacts,
      readOnly(shared.signer),
      ...(runsCommands ? [readOnly(shared.commands)] : []),
      ...storageMounts(args.reader, DRILL_STORAGE),
      ...(args.offSite ? storageMounts(args.offSite.reader, DRILL_OFF_SITE) : []),
      ...(run.identitySecret === undefined
        ? []
        : [secretMount("identity", run.identitySecret, SECRET_FOLDERS.identity)]),
      scratchMount("agent-tmp", "/tmp", "64Mi"),
    ],
    ...{ labels: run.labels, serviceAccount: run.serviceAccount },
    env: [...variables, ofPod(POD_VARIABLES.nodeAddress, "status.hostIP")],
    annotations: { "eks.amazonaws.com/skip-containers": WITHOUT_IDENTITY.join(",") },
    deadlineSeconds: parseDuration(args.deadline),
    // Time enough to say in signed evidence that it was stopped.
    graceSeconds: 60,
    // A drill that failed has shown something: it is not tried again until it passes by luck. One that was taken away with
    // its node has shown nothing.
    retries: 0,
    againWhenDisrupted: true,
    pods: args.pods,
    sidecars: [
      ...(args.pods?.userIds === "platform" ? [passwd(args)] : []),
      temporaryServer(args, shared),
      ...(runsCommands ? [commands(agentImage, [config, readOnly(shared.server), shared.commands])] : []),
    ],
    companions: [
      {
        container: agentContainer("signer", "sign", agentImage, [
          ...variables,
          ofPod(POD_VARIABLES.podName, "metadata.name"),
        ]),
        mounted: [
          config,
          shared.signer,
          ...storageMounts(args.evidence, evidenceStorage(args.prefix)),
          ...(run.signingSecret === undefined
            ? []
            : [secretMount("signing", run.signingSecret, SECRET_FOLDERS.signing)]),
          scratchMount("signer-tmp", "/tmp", "16Mi"),
          tokenMount(),
        ],
      },
    ],
  });
}

/** What Kubernetes knows of the pod, in a variable. */
function ofPod(name: string, fieldPath: string): types.input.core.v1.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** The folders of the pod, each as the one container has it that writes to it. */
function foldersOf(args: DrillDeclaration) {
  const large = largeVolume(args);
  const small = (name: keyof typeof DRILL_FOLDERS, size: string) => scratchMount(name, DRILL_FOLDERS[name], size);
  return {
    start: small("start", "1Mi"),
    server: small("server", "64Mi"),
    signer: small("signer", "1Mi"),
    commands: small("commands", "1Mi"),
    data: partOf(large, "data", DRILL_FOLDERS.data),
    artifacts: partOf(large, "artifacts", DRILL_FOLDERS.artifacts),
  };
}

/** What holds backup and restored copy, each in a folder of its own; it goes away with the pod either way. */
function largeVolume({ temporaryStorage: { size, storageClass } }: DrillDeclaration): Mounted {
  const mounted = scratchMount("drill", "", size);
  if (storageClass === undefined) return mounted;
  const spec = {
    accessModes: ["ReadWriteOnce"],
    storageClassName: storageClass,
    resources: { requests: { storage: size } },
  };
  return { ...mounted, volume: { name: "drill", ephemeral: { volumeClaimTemplate: { spec } } } };
}

function temporaryServer(args: DrillDeclaration, shared: ReturnType<typeof foldersOf>): Beside {
  return {
    container: {
      name: "server",
      image: args.restorePath.serverImage,
      restartPolicy: "Always",
      command: ["/bin/sh", "-c", TEMPORARY_SERVER_SCRIPT],
      securityContext: SERVER_SECURITY,
      resources: resources(args.serverMemory, args.serverCpu),
    },
    mounted: [
      readOnly(shared.start),
      shared.server,
      shared.data,
      ...(args.pods?.userIds === "platform" ? [readOnly(partOf(PASSWD, "passwd", "/etc/passwd"))] : []),
      scratchMount("server-tmp", "/tmp", "64Mi"),
      // Parallel queries share memory by /dev/shm, of which a container has 64 MiB unless it is given more.
      scratchMount("server-shm", "/dev/shm", "256Mi", "Memory"),
    ],
  };
}

const PASSWD = scratchMount("passwd", "/passwd", "1Mi");

/** initdb wants its user to have a name, and the platform's have none in any image: so one is written down beforehand. */
function passwd({ restorePath: { serverImage: image } }: DrillDeclaration): Beside {
  const line = 'echo "postgres:x:$(id -u):$(id -g)::/tmp:/sbin/nologin" > /passwd/passwd';
  return {
    container: {
      ...{ name: "passwd", image, command: ["/bin/sh", "-c", line] },
      securityContext: CONTAINER_SECURITY,
      resources: resources("16Mi", "10m"),
    },
    mounted: [PASSWD],
  };
}

function commands(image: string, mounted: Mounted[]): Beside {
  const container = { ...agentContainer("commands", "commands", image), restartPolicy: "Always" };
  return { container, mounted: [...mounted, scratchMount("commands-tmp", "/tmp", "64Mi")] };
}

function agentContainer(
  name: string,
  command: string,
  image: string,
  env?: types.input.core.v1.EnvVar[],
): types.input.core.v1.Container {
  return {
    ...{ name, image, args: [command] },
    ...(env ? { env } : {}),
    securityContext: CONTAINER_SECURITY,
    resources: resources("192Mi", "50m"),
  };
}
