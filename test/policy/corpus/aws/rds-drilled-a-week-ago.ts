import { copiesElsewhere, instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "everything as it should be, but the drill has not run for a week",
  environment: "production",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const orders = instance();
    copiesElsewhere(orders);
    const evidence = { endedHoursAgo: 7 * 24 };
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore, evidence });
  },
} satisfies CorpusStack;
