import { drilled } from "../parts/drill";
import { edb, edbOrders } from "../parts/edb";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "EDB's ScheduledBackup in five fields, which it reads as every hour, drilled",
  environment: "staging",
  refusedBy: ["cron-fields-match", "rpo-within-objective"],
  declare(help) {
    drilled(help, "orders-drill", { covers: [edbOrders("30 2 * * *").nightly], path: edb });
  },
} satisfies CorpusStack;
