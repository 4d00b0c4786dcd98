import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";
import { farAway } from "./cloudnative-pg";
import { custom } from "./custom";
import { CNPG_POSTGRES } from "./images";
import { barman } from "./restore-paths";

/** EDB Postgres for Kubernetes: `shop/orders`, its WAL and base backups in a bucket far away, and a base backup each night. */
export function edbOrders(schedule = "0 30 2 * * *") {
  const orders = custom("postgresql.k8s.enterprisedb.io/v1/Cluster", "shop/orders", {
    instances: 3,
    imageName: CNPG_POSTGRES,
    storage: { size: "40Gi" },
    backup: { barmanObjectStore: farAway("shop/orders"), retentionPolicy: "30d" },
  });
  const nightly = custom("postgresql.k8s.enterprisedb.io/v1/ScheduledBackup", "shop/orders-nightly", {
    schedule,
    cluster: { name: "orders" },
  });
  return { orders, nightly };
}

export const edb: ExternalRestorePathInputs = { ...barman, engine: "edb-postgres" };
