import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";

/**
 * Not one of our components: a dump as many teams have it. The gate recognizes it, and rejects the stack until something
 * restores it: declare an ExternalRestoreDrill for what tests it, or a LogicalBackup and a RestoreDrill in its place.
 */
const script = readFileSync(`${__dirname}/dump.sh`, "utf8");

const scripts = new k8s.core.v1.ConfigMap("dump", {
  metadata: { name: "dump", namespace: "shop" },
  data: { "dump.sh": script },
});

new k8s.batch.v1.CronJob("nightly-dump", {
  metadata: { name: "nightly-dump", namespace: "shop" },
  spec: {
    schedule: "15 1 * * *",
    concurrencyPolicy: "Forbid",
    jobTemplate: {
      spec: {
        template: {
          spec: {
            restartPolicy: "Never",
            containers: [
              {
                name: "dump",
                image: "postgres:17",
                command: ["sh", "/scripts/dump.sh"],
                env: [{ name: "PGHOST", value: "orders-rw.shop.svc" }],
                envFrom: [{ secretRef: { name: "orders-dump-role" } }],
                volumeMounts: [{ name: "scripts", mountPath: "/scripts" }],
              },
            ],
            volumes: [{ name: "scripts", configMap: { name: scripts.metadata.name } }],
          },
        },
      },
    },
  },
});
