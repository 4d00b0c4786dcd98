import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman, insideBucket } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "drilled backups in a MinIO that is lost together with the cluster",
  environment: "production",
  refusedBy: ["copy-outside-cluster"],
  declare(help) {
    objectStore("shop/orders-store", { endpointURL: "http://minio.storage.svc:9000" });
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: insideBucket(barman) });
  },
} satisfies CorpusStack;
