import { boundedCronJob, ORDERS, S3_KEYS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "pg_dumpall, compressed and sent to a bucket each night, and never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    boundedCronJob("all-databases", {
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: ["bash", "-c"],
      args: ["pg_dumpall --clean | gzip | aws s3 cp - s3://acme-dumps/all/$(date +%s).sql.gz"],
      env: [...ORDERS, ...S3_KEYS],
    });
  },
} satisfies CorpusStack;
