import { custom } from "./custom";

const ref = (name: string) => ({ namespace: "shop", name });
const addon = (task: string) => ({ name: "postgres-addon", tasks: [{ name: task }] });

/** KubeStash's nightly dump of KubeDB's `shop/orders` into a bucket far away, verified by `verifier` if there is one. */
export function backupConfiguration(verifier?: string) {
  custom("storage.kubestash.com/v1alpha1/BackupStorage", "shop/far-away", {
    storage: {
      provider: "s3",
      s3: { endpoint: "s3.eu-central-1.amazonaws.com", bucket: "acme-kubestash", secretName: "backup-store" },
    },
    deletionPolicy: "Delete",
  });
  custom("storage.kubestash.com/v1alpha1/RetentionPolicy", "shop/a-fortnight", {
    maxRetentionPeriod: "30d",
    successfulSnapshots: { last: 14 },
    failedSnapshots: { last: 2 },
  });
  const repository = {
    name: "orders",
    backend: "far-away",
    directory: "/orders",
    encryptionSecret: ref("restic-repository"),
    ...(verifier ? { backupVerifier: ref(verifier) } : {}),
  };
  return custom("core.kubestash.com/v1alpha1/BackupConfiguration", "shop/orders-backup", {
    target: { apiGroup: "kubedb.com", kind: "Postgres", ...ref("orders") },
    backends: [{ name: "far-away", storageRef: ref("far-away"), retentionPolicy: ref("a-fortnight") }],
    sessions: [
      {
        name: "nightly",
        scheduler: { schedule: "15 3 * * *", jobTemplate: { backoffLimit: 1 } },
        repositories: [repository],
        addon: addon("logical-backup"),
      },
    ],
  });
}

/** A BackupVerifier that restores into the Postgres `target`. */
export function verifier(name: string, target: { namespace: string; name: string }, how: object) {
  return custom("core.kubestash.com/v1alpha1/BackupVerifier", `shop/${name}`, {
    restoreOption: {
      target: { apiGroup: "kubedb.com", kind: "Postgres", ...target },
      addonInfo: addon("logical-backup-restore"),
    },
    schedule: "0 6 * * *",
    function: "kubedbverifier",
    ...how,
  });
}

/** At least one row is asked for. */
export const QUERY = {
  type: "Query",
  query: { postgres: [{ database: "orders", table: "orders", rowCount: { operator: "GreaterThan", value: 1000 } }] },
};
