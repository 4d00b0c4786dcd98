import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { physical } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "WAL-G pushes a base backup each night, keeps fourteen, and they are restored",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const nightly = boundedCronJob("orders-base", {
      image: "registry.acme.test/tools/wal-g:3.0.7",
      command: shell('wal-g backup-push "$PGDATA" && wal-g delete retain FULL 14 --confirm'),
      env: [
        ...ORDERS,
        ...S3_KEYS,
        { name: "PGDATA", value: "/var/lib/postgresql/data" },
        { name: "WALG_S3_PREFIX", value: "s3://acme-base-backups/orders" },
      ],
      volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data", readOnly: true }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data-orders-0" } }],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: physical });
  },
} satisfies CorpusStack;
