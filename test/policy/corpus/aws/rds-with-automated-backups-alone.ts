import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "drilled automated backups alone: AWS keeps them in S3 of the region, outside the instance and its zones",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const orders = instance();
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
