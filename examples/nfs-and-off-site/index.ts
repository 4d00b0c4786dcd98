import { RestorablePostgres } from "restorable";

/** The first copy on a file server nearby, the second in a bucket far away. Drills restore both in turn. */
const orders = new RestorablePostgres("orders", {
  environment: "develop",
  namespace: "shop",
  postgresMajor: 17,
  serverImage: "ghcr.io/cloudnative-pg/postgresql:17.6-bookworm",
  agentImage: "registry.example.com/restorable/agent:0.1.0",
  storage: { size: "20Gi" },
  backupRole: { existingSecret: "orders-backup-role" },
  databases: [
    {
      name: "orders",
      owner: "orders_owner",
      applicationRole: "orders_app",
      checks: [{ name: "orders can be counted", sql: "select count(*) >= 0 from pg_catalog.pg_class" }],
    },
  ],
  backup: { schedule: "30 2 * * *", rpo: "26h", retention: "14d" },
  drill: { rto: "1h", apiServerCidrs: ["10.0.0.5/32"], signingKey: { existingSecret: "orders-signing" } },
  nfsStore: { server: "10.0.3.4", path: "/exports/shop", size: "200Gi" },
  offSite: {
    endpoint: "https://s3.elsewhere.example",
    bucket: "shop-off-site",
    region: "eu-north-1",
    writer: { existingSecret: "off-site-writer" },
    reader: { existingSecret: "off-site-reader" },
    schedule: "30 3 * * *",
    rpo: "3d",
    retention: "90d",
  },
});
export const restorable = orders.restorable;
