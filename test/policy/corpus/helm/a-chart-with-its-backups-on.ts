import { release } from "../parts/charts";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a well-known PostgreSQL chart with its backup switched on: a pg_dumpall that nobody restores",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    release("postgresql", {
      auth: { existingSecret: "orders", database: "orders" },
      backup: { enabled: true, cronjob: { schedule: "0 2 * * *", storage: { size: "20Gi" } } },
    });
  },
} satisfies CorpusStack;
