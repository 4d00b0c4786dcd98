import * as k8s from "@pulumi/kubernetes";
import { drilled } from "../parts/drill";
import { ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drilled dump whose runs may overlap and hang: no reason to stop a deployment, but one to be told",
  environment: "develop",
  refusedBy: [],
  advised: ["backup-jobs-are-bounded", "backup-report"],
  declare(help) {
    const container = {
      name: "dump",
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump"),
      env: [...ORDERS, ...S3_KEYS],
    };
    const nightly = new k8s.batch.v1.CronJob("orders-dump", {
      metadata: { name: "orders-dump", namespace: "shop" },
      spec: {
        schedule: "15 2 * * *",
        jobTemplate: { spec: { template: { spec: { restartPolicy: "OnFailure", containers: [container] } } } },
      },
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
