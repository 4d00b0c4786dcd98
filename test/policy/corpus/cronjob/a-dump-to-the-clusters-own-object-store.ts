import { drilled } from "../parts/drill";
import { pinned } from "../parts/images";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump, insideBucket } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drilled dump whose only copy lies in a MinIO of the same cluster",
  environment: "production",
  refusedBy: ["copy-outside-cluster"],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      image: pinned("registry.acme.test/tools/postgres-and-aws:17.6"),
      command: shell(
        "pg_dump -Fc | aws --endpoint-url http://minio.storage.svc.cluster.local:9000 s3 cp - s3://dumps/orders-$(date +%F).dump",
      ),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: insideBucket(dump) });
  },
} satisfies CorpusStack;
