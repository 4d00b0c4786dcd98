import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "a StatefulSet whose roles and whose database are dumped by one job each night, and restored",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    postgresStatefulSet("orders");
    const nightly = boundedCronJob("orders-dump", {
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell(
        "set -eu; D=$(date +%F); pg_dumpall --globals-only | aws s3 cp - s3://acme-dumps/orders/$D-roles.sql; pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders/$D.dump",
      ),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
