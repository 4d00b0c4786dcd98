import { copiesElsewhere, instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "two zones, two weeks of automated backups and a copy of them in another region, restored from there",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const orders = instance();
    copiesElsewhere(orders);
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
