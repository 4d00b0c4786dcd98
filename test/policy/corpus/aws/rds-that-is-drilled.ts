import * as pulumi from "@pulumi/pulumi";
import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about:
    "one zone and a week of backups, drilled, with the password from the stack's configuration: enough for staging",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const orders = instance({
      multiAz: false,
      backupRetentionPeriod: 7,
      manageMasterUserPassword: undefined,
      password: pulumi.secret("from the stack's configuration"),
    });
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: rdsRestore });
  },
} satisfies CorpusStack;
