import type { types } from "@pulumi/kubernetes";
import { SECRET_FOLDERS } from "../../../model/job-config";
import { STORAGE_FOLDERS } from "../../../model/storage-access";
import { failAtOnce } from "../../kubernetes/jobs";
import { CONTAINER_SECURITY, POD_SECURITY, resources, scratchMount } from "../../kubernetes/pods";
import type { NfsStorageDeclaration } from "../nfs-backup-storage-args";
import { storageAccessField, storageMounts } from "../storage-access";
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
  const mounted = [
    ...storageMounts(writer, {
      name: "storage",
      secrets: SECRET_FOLDERS.storage,
      folder: STORAGE_FOLDERS.storage,
      readOnly: false,
    }),
    scratchMount("tmp", "/tmp", "16Mi"),
  ];
  return {
    backoffLimit: 1,
    podFailurePolicy: failAtOnce("init"),
    activeDeadlineSeconds: INIT_SECONDS,
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 10,
        securityContext: POD_SECURITY,
        containers: [
          {
            name: "init",
            image: agentImage,
            args: ["storage-init", "--folder", STORAGE_FOLDERS.storage, "--prefix", prefix],
            // What it said last is what the deployment shows when it fails.
            terminationMessagePolicy: "FallbackToLogsOnError",
            securityContext: CONTAINER_SECURITY,
            resources: resources("128Mi", "50m"),
            volumeMounts: mounted.map(({ mount }) => mount),
          },
        ],
        volumes: mounted.map(({ volume }) => volume),
      },
    },
  };
}
