import * as k8s from "@pulumi/kubernetes";
import { fromSecret } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a Deployment of an image that dumps every day by a clock of its own; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    const labels = { app: "orders-backups" };
    const container = {
      name: "backups",
      image: "docker.io/prodrigestivill/postgres-backup-local:17",
      env: [
        { name: "POSTGRES_HOST", value: "orders.shop.svc" },
        { name: "POSTGRES_DB", value: "orders" },
        { name: "POSTGRES_USER", value: "backup" },
        fromSecret("POSTGRES_PASSWORD", "orders-backup", "password"),
        { name: "SCHEDULE", value: "@daily" },
        { name: "BACKUP_KEEP_DAYS", value: "14" },
      ],
      volumeMounts: [{ name: "backups", mountPath: "/backups" }],
    };
    const volumes = [{ name: "backups", persistentVolumeClaim: { claimName: "orders-backups" } }];
    new k8s.apps.v1.Deployment("orders-backups", {
      metadata: { name: "orders-backups", namespace: "shop" },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container], volumes } },
      },
    });
  },
} satisfies CorpusStack;
