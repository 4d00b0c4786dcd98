import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a CronJob with seconds in its schedule, which Kubernetes cannot read: nobody knows when it would run",
  environment: "develop",
  refusedBy: ["cron-fields-match", "rpo-within-objective"],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      schedule: "0 15 2 * * *",
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump"),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
