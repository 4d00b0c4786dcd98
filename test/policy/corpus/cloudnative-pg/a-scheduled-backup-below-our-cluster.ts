import { PostgresCluster } from "../../../../components";
import { nightly } from "../parts/cloudnative-pg";
import { CNPG_POSTGRES } from "../parts/images";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "this library's cluster with somebody's ScheduledBackup below it, which is never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    const parent = new PostgresCluster("orders", {
      environment: help.environment,
      namespace: "shop",
      postgresMajor: 17,
      image: CNPG_POSTGRES,
      storage: { size: "40Gi" },
      backupRole: { existingSecret: "orders-backup-role" },
    });
    nightly("shop/orders-nightly", "orders", {}, { parent });
  },
} satisfies CorpusStack;
