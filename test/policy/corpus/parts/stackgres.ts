import type * as pulumi from "@pulumi/pulumi";
import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";
import { custom } from "./custom";

/** An SGObjectStorage with a bucket far away. */
export function objectStorage() {
  const key = (name: string) => ({ name: "backup-store", key: name });
  return custom("stackgres.io/v1beta1/SGObjectStorage", "shop/orders-storage", {
    type: "s3Compatible",
    s3Compatible: {
      bucket: "acme-stackgres",
      endpoint: "https://s3.eu-central-003.backblazeb2.com",
      awsCredentials: { secretKeySelectors: { accessKeyId: key("id"), secretAccessKey: key("secret") } },
    },
  });
}

/** An SGCluster `shop/orders` of three with synchronous replication, its pods on different nodes. */
export function sgCluster(configurations: object, opts: pulumi.CustomResourceOptions = { protect: true }) {
  return custom(
    "stackgres.io/v1/SGCluster",
    "shop/orders",
    {
      profile: "production",
      instances: 3,
      postgres: { version: "17.6" },
      pods: { persistentVolume: { size: "50Gi" } },
      replication: { mode: "sync", role: "ha-read", syncInstances: 1 },
      nonProductionOptions: { disableClusterPodAntiAffinity: false },
      configurations,
    },
    opts,
  );
}

/** A cluster made of the newest SGBackup. */
export const sgRestore: ExternalRestorePathInputs = {
  engine: "stackgres",
  postgresMajor: 17,
  backupMethod: "physical",
  storageKind: "s3",
  storageCopy: "outside",
  procedure: "initialData.restore",
  tool: { name: "sg-restore-check", version: "3.0.1" },
};
