import { drilled } from "../parts/drill";
import { boundedCronJob, boundedJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about:
    "the nightly dump, and one more before a migration by the same command: both on the restore path that is drilled",
  environment: "develop",
  refusedBy: [],
  declare(help) {
    const run = {
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders/$(date +%FT%H%M).dump"),
      env: [...ORDERS, ...S3_KEYS],
    };
    const nightly = boundedCronJob("orders-dump", run);
    const before = boundedJob("orders-before-migration", run);
    drilled(help, "orders-drill", { covers: [nightly, before], path: dump });
  },
} satisfies CorpusStack;
