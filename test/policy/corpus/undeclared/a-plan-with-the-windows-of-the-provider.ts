import { plan, restoreTesting } from "../parts/aws-backup";
import { instance } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a daily AWS Backup whose windows nobody set, tested, beside the automated backups that RDS always has",
  environment: "develop",
  refusedBy: [],
  advised: ["backup-report"],
  declare() {
    const orders = instance();
    const { vault } = plan({ resources: [orders.arn], windows: {} });
    restoreTesting(vault, [orders.arn]);
  },
} satisfies CorpusStack;
