import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "a StatefulSet whose nightly dump is of the schema alone, and drilled: not a row would come back",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare(help) {
    postgresStatefulSet("orders");
    const nightly = boundedCronJob("orders-schema", {
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump --schema-only | aws s3 cp - s3://acme-dumps/orders/schema-$(date +%F).sql"),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
