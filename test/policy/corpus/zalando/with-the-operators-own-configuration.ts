import { custom } from "../parts/custom";
import { drilled } from "../parts/drill";
import { pinned } from "../parts/images";
import type { CorpusStack } from "../parts/stack";
import { logicalBackup, postgresql } from "../parts/zalando";

export default {
  about: "three instances kept apart, dumps to an encrypting bucket for a month, all said in this stack, and drilled",
  environment: "production",
  refusedBy: [],
  declare(help) {
    custom(
      "acid.zalan.do/v1/OperatorConfiguration",
      "shop/postgres-operator-configuration",
      {},
      {},
      {
        configuration: {
          kubernetes: { enable_pod_antiaffinity: true, pod_antiaffinity_topology_key: "kubernetes.io/hostname" },
          logical_backup: {
            logical_backup_docker_image: pinned("ghcr.io/zalando/postgres-operator/logical-backup:v1.15.1"),
            logical_backup_provider: "s3",
            logical_backup_s3_bucket: "acme-zalando-dumps",
            logical_backup_s3_region: "eu-central-1",
            logical_backup_s3_sse: "AES256",
            logical_backup_s3_retention_time: "4 weeks",
          },
        },
      },
    );
    const orders = postgresql({ enableLogicalBackup: true, logicalBackupSchedule: "40 0 * * *" });
    drilled(help, "orders-drill", { covers: [orders], of: "shop/acme-orders", path: logicalBackup });
  },
} satisfies CorpusStack;
