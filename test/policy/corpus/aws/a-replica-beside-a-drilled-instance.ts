import * as aws from "@pulumi/aws";
import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a read replica without backups of its own: its source has them, and they are drilled",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const orders = instance();
    new aws.rds.Instance("orders-reports", {
      identifier: "orders-reports",
      replicateSourceDb: orders.identifier,
      instanceClass: "db.m7g.large",
      storageEncrypted: true,
      skipFinalSnapshot: true,
    });
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
