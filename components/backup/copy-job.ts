import type { types } from "@pulumi/kubernetes";
import { parseDuration } from "../../model/duration";
import { CONFIG_FILE, SECRET_FOLDERS } from "../../model/job-config";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { failAtOnce } from "../kubernetes/jobs";
import { CONTAINER_SECURITY, configFileMount, POD_SECURITY, resources, scratchMount } from "../kubernetes/pods";
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

/** The Job of one copying, in a pod that meets the Pod Security Standard "restricted". It never talks to Kubernetes. */
export function copyJobSpec(args: CopyDeclaration, run: CopyRun): types.input.batch.v1.JobSpec {
  const mounted = [
    configFileMount(run.configMap, "config.json", CONFIG_FILE),
    ...storageMounts(args.from, COPY_SOURCE),
    ...storageMounts(args.to, COPY_DESTINATION),
    scratchMount("tmp", "/tmp", "64Mi"),
  ];
  return {
    // What was copied is not copied again, so that trying again goes on where the last attempt ended.
    backoffLimit: 3,
    podFailurePolicy: failAtOnce("copy"),
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
            name: "copy",
            image: args.restorePath.agentImage,
            args: ["copy"],
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
