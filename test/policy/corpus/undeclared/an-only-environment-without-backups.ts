import { instance } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "production is the first environment, and RDS has its backups switched off",
  environment: "production",
  refusedBy: ["database-has-backup"],
  gate: { firstEnvironments: ["production"] },
  declare() {
    instance({ backupRetentionPeriod: 0 });
  },
} satisfies CorpusStack;
