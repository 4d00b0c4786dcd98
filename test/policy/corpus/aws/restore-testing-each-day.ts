import { plan, restoreTesting } from "../parts/aws-backup";
import { instance } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "AWS Backup keeps the instance, and its restore testing restores it each morning",
  environment: "staging",
  refusedBy: [],
  // Restore testing signs nothing: those who run the gate have said that the database may start without.
  gate: { startsWithoutEvidence: ["aws/orders"] },
  declare() {
    const orders = instance({ backupRetentionPeriod: 0 });
    const { vault } = plan({ resources: [orders.arn] });
    restoreTesting(vault, [orders.arn], "cron(0 6 * * ? *)");
  },
} satisfies CorpusStack;
