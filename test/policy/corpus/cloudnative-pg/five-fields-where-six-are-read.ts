import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a ScheduledBackup in crontab's five fields: the operator reads six, and runs it every hour",
  environment: "develop",
  refusedBy: ["cron-fields-match", "rpo-within-objective"],
  declare(help) {
    objectStore("shop/orders-store");
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders", { schedule: "30 2 * * *" });
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
