import { drilled } from "../parts/drill";
import { pinned } from "../parts/images";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about:
    "a nightly dump of a database elsewhere to a bucket whose lifecycle others rule, restored and checked each night",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      image: pinned("registry.acme.test/tools/postgres-and-aws:17.6"),
      command: shell("set -o pipefail; pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders/$(date +%F).dump"),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
