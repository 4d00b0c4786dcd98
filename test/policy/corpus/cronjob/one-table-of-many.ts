import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "a StatefulSet of which each night one table is dumped, and drilled: it is no backup of the database",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare(help) {
    postgresStatefulSet("orders");
    const nightly = boundedCronJob("orders-invoices", {
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc -t invoices | aws s3 cp - s3://acme-dumps/invoices/$(date +%F).dump"),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
