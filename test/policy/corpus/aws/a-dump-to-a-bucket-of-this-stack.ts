import * as pulumi from "@pulumi/pulumi";
import { backupBucket } from "../parts/aws-bucket";
import { drilled } from "../parts/drill";
import { pinned } from "../parts/images";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a nightly dump to a bucket of this stack, whose lifecycle keeps it for 60 days, drilled",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const { bucket } = backupBucket();
    const nightly = boundedCronJob("orders-dump", {
      image: pinned("registry.acme.test/tools/postgres-and-aws:17.6"),
      command: shell(pulumi.interpolate`pg_dump -Fc | aws s3 cp - s3://${bucket}/orders/$(date +%F).dump`),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
