import * as aws from "@pulumi/aws";
import { plan } from "../parts/aws-backup";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "AWS Backup for a file system and a table: no PostgreSQL is in them",
  environment: "production",
  refusedBy: [],
  declare() {
    const files = new aws.efs.FileSystem("pictures", { encrypted: true });
    const table = new aws.dynamodb.Table("sessions", {
      attributes: [{ name: "id", type: "S" }],
      hashKey: "id",
      billingMode: "PAY_PER_REQUEST",
    });
    plan({ resources: [files.arn, table.arn] });
  },
} satisfies CorpusStack;
