import * as k8s from "@pulumi/kubernetes";
import { drilled } from "../parts/drill";
import { POSTGRES } from "../parts/images";
import { ORDERS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "a StatefulSet whose nightly dump somebody has suspended: its drill still passes, on what is left of it",
  environment: "staging",
  refusedBy: ["database-has-backup", "rpo-within-objective"],
  declare(help) {
    postgresStatefulSet("orders");
    const container = {
      name: "dump",
      image: POSTGRES,
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump"),
      env: ORDERS,
    };
    const nightly = new k8s.batch.v1.CronJob("orders-dump", {
      metadata: { name: "orders-dump", namespace: "shop" },
      spec: {
        schedule: "15 2 * * *",
        suspend: true,
        jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } } },
      },
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
