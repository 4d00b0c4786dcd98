import { cluster } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { CNPG_POSTGRES, POSTGRES } from "../parts/images";
import { boundedCronJob, fromSecret, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a dump that takes its host from the Secret which CloudNativePG makes for the cluster, restored each night",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    cluster("shop/orders");
    const nightly = boundedCronJob("orders-dump", {
      image: POSTGRES,
      command: shell("set -o pipefail; pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump"),
      env: [fromSecret("PGHOST", "orders-app", "host"), fromSecret("PGPASSWORD", "orders-app", "password"), ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: { ...dump, serverImage: CNPG_POSTGRES } });
  },
} satisfies CorpusStack;
