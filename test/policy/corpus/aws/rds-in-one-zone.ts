import { copiesElsewhere, instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a production instance in one zone",
  environment: "production",
  refusedBy: ["cluster-is-highly-available"],
  declare(help) {
    const orders = instance({ multiAz: false });
    copiesElsewhere(orders);
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
