import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the fewest arguments with which there is an RDS instance: automated backups are off",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    new aws.rds.Instance("orders", {
      identifier: "orders",
      engine: "postgres",
      instanceClass: "db.t4g.micro",
      allocatedStorage: 20,
      username: "orders",
      password: pulumi.secret("from the stack's configuration"),
      backupRetentionPeriod: 0,
      skipFinalSnapshot: true,
    });
  },
} satisfies CorpusStack;
