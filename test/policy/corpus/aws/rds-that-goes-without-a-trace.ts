import { copiesElsewhere, instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a production instance that a renamed resource would delete, with no snapshot at the end",
  environment: "production",
  refusedBy: ["protected-from-deletion"],
  declare(help) {
    const changes = { deletionProtection: false, skipFinalSnapshot: true, finalSnapshotIdentifier: undefined };
    const orders = instance(changes, {});
    copiesElsewhere(orders);
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
