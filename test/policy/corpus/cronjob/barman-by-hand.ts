import { boundedJob, ORDERS, S3_KEYS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "one Job that runs barman-cloud-backup when somebody deploys: no drill, and no next backup",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill", "rpo-within-objective"],
  declare() {
    boundedJob("orders-by-hand", {
      image: "registry.acme.test/tools/barman-cloud:3.14",
      command: ["barman-cloud-backup"],
      args: ["--cloud-provider=aws-s3", "--gzip", "s3://acme-base-backups", "orders"],
      env: [...ORDERS, ...S3_KEYS],
    });
  },
} satisfies CorpusStack;
