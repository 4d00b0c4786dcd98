import * as pulumi from "@pulumi/pulumi";
import { RestorablePostgres } from "restorable";

/**
 * The application's side of staging and production: cluster and backups. Whoever changes this program can ask for a drill
 * of a backup, and nothing more: the platform's stack (../promotion-drills) drills, and holds the key that signs.
 */
const environment = pulumi.getStack();

const orders = new RestorablePostgres("orders", {
  environment,
  namespace: "shop",
  postgresMajor: 17,
  serverImage: "ghcr.io/cloudnative-pg/postgresql:17.6-bookworm",
  agentImage: "registry.example.com/restorable/agent:0.1.0",
  storage: { size: "50Gi" },
  backupRole: { existingSecret: "orders-backup-role" },
  databases: [
    {
      name: "orders",
      owner: "orders_owner",
      applicationRole: "orders_app",
      checks: [{ name: "orders can be counted", sql: "select count(*) > 0 from public.orders" }],
    },
  ],
  backup: { schedule: "0 * * * *", rpo: "2h", retention: "14d", keep: { daily: 30, monthly: 12 } },
  drill: { by: "platform", rto: "1h" },
  store: {
    endpoint: "https://s3.example.com",
    bucket: `shop-backups-${environment}`,
    region: "eu-central-1",
    writer: { existingSecret: "backups-writer" },
    pruner: { existingSecret: "backups-pruner" },
  },
});
export const restorable = orders.restorable;
