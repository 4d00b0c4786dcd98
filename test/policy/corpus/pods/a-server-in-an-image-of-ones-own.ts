import * as k8s from "@pulumi/kubernetes";
import { fromSecret } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "PostgreSQL in an image that the team has built, as its volume and its variables tell; without a backup",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    const labels = { app: "orders" };
    const container = {
      name: "db",
      image: "registry.acme.test/shop/orders-db:17",
      env: [fromSecret("POSTGRES_PASSWORD", "orders", "password")],
      volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data" }],
    };
    new k8s.apps.v1.StatefulSet("orders", {
      metadata: { name: "orders", namespace: "shop" },
      spec: {
        serviceName: "orders",
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [container],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: "orders" } }],
          },
        },
      },
    });
  },
} satisfies CorpusStack;
