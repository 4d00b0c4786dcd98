import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drilled dump on Sundays, where a day's work is the most that may be lost",
  environment: "develop",
  refusedBy: ["rpo-within-objective"],
  declare(help) {
    const weekly = boundedCronJob("orders-dump", {
      schedule: "0 3 * * 0",
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump"),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [weekly], path: dump });
  },
} satisfies CorpusStack;
