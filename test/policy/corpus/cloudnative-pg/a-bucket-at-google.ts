import { archivingTo, cluster, nightly } from "../parts/cloudnative-pg";
import { custom } from "../parts/custom";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "backups in a bucket at Google by the cluster's workload identity, drilled",
  environment: "production",
  refusedBy: [],
  declare(help) {
    custom("barmancloud.cnpg.io/v1/ObjectStore", "shop/orders-store", {
      configuration: {
        destinationPath: "gs://acme-postgres-backups/orders",
        googleCredentials: { gkeEnvironment: true },
      },
      retentionPolicy: "4w",
    });
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: { ...barman, storageKind: "gcs" } });
  },
} satisfies CorpusStack;
