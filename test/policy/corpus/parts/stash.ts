import { custom } from "./custom";

/** Stash's nightly dump by the add-on for PostgreSQL into a bucket far away, a fortnight kept. */
export function backupConfiguration() {
  custom("stash.appscode.com/v1alpha1/Repository", "shop/orders-repository", {
    backend: {
      s3: { endpoint: "s3.eu-central-1.amazonaws.com", bucket: "acme-stash", prefix: "/orders" },
      storageSecretName: "backup-store",
    },
  });
  return custom("stash.appscode.com/v1beta1/BackupConfiguration", "shop/orders-backup", {
    schedule: "25 3 * * *",
    repository: { name: "orders-repository" },
    task: { name: "postgres-backup-17.2" },
    target: { ref: { apiVersion: "appcatalog.appscode.com/v1alpha1", kind: "AppBinding", name: "orders" } },
    retentionPolicy: { name: "a-fortnight", keepLast: 14, prune: true },
  });
}
