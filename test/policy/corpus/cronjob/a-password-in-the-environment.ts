import { drilled } from "../parts/drill";
import { boundedCronJob, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drilled dump whose password stands in the manifest",
  environment: "develop",
  refusedBy: ["no-plain-text-credentials"],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders.dump"),
      env: [
        { name: "PGHOST", value: "orders.shop.svc" },
        { name: "PGUSER", value: "backup" },
        { name: "PGPASSWORD", value: "correct-horse-battery" },
        ...S3_KEYS,
      ],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
