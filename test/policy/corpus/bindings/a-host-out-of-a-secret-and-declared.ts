import { drilled } from "../parts/drill";
import { POSTGRES } from "../parts/images";
import { boundedCronJob, fromSecret, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same, with an annotation that says which server it is",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      image: POSTGRES,
      command: shell("set -o pipefail; pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump"),
      env: [fromSecret("PGHOST", "source", "host"), fromSecret("PGPASSWORD", "source", "password"), ...S3_KEYS],
      annotations: { "restorable/server": "shop/orders" },
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
