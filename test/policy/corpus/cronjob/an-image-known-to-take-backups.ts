import { boundedCronJob, fromSecret } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a popular image that dumps to S3 and needs no command; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    boundedCronJob("orders-to-s3", {
      image: "docker.io/eeshugerman/postgres-backup-s3:16",
      env: [
        { name: "POSTGRES_HOST", value: "orders.shop.svc" },
        { name: "POSTGRES_DATABASE", value: "orders" },
        { name: "POSTGRES_USER", value: "backup" },
        fromSecret("POSTGRES_PASSWORD", "orders-backup", "password"),
        { name: "S3_BUCKET", value: "acme-dumps" },
        { name: "S3_REGION", value: "eu-central-1" },
        fromSecret("S3_ACCESS_KEY_ID", "backup-store", "id"),
        fromSecret("S3_SECRET_ACCESS_KEY", "backup-store", "secret"),
      ],
    });
  },
} satisfies CorpusStack;
