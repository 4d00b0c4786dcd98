import { RestorablePostgres } from "restorable";

/**
 * One database with defaults: a highly available cluster, a backup every night, a drill after each. The keys are in
 * Secrets that are there already; this program never sees them.
 */
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
  store: {
    endpoint: "https://s3.example.com",
    bucket: "shop-backups",
    region: "eu-central-1",
    writer: { existingSecret: "backups-writer" },
    reader: { existingSecret: "backups-reader" },
    evidence: { existingSecret: "backups-evidence" },
  },
});

/** The command `restorable` finds databases, storages and public keys by this output. */
export const restorable = orders.restorable;
