import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";
import { custom } from "./custom";
import { physical } from "./restore-paths";

/** A KubeBlocks Cluster `shop/orders` of two instances, which backs itself up each night. */
export const kubeBlocksCluster = (definition: string, backup: object = {}) =>
  custom("apps.kubeblocks.io/v1/Cluster", "shop/orders", {
    clusterDef: definition,
    topology: "replication",
    terminationPolicy: "DoNotTerminate",
    componentSpecs: [{ name: definition, replicas: 2, serviceVersion: "17.5.0" }],
    backup: {
      enabled: true,
      method: "pg-basebackup",
      cronExpression: "0 18 * * *",
      retentionPeriod: "14d",
      repoName: "s3",
      ...backup,
    },
  });

export const kubeblocks: ExternalRestorePathInputs = { ...physical, engine: "kubeblocks", serverImage: undefined };
