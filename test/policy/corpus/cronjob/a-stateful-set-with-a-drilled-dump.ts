import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "PostgreSQL in a plain StatefulSet, with a nightly dump to a bucket that is restored each night",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    postgresStatefulSet("orders");
    const nightly = boundedCronJob("orders-dump", {
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders/$(date +%F).dump"),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
