import * as pulumi from "@pulumi/pulumi";
import { DrillNamespace, RestoreDrill } from "restorable";

/** The platform's side of ../promotion, with other people, other credentials, and the signing key. */
const environment = pulumi.getStack();

const drills = new DrillNamespace("orders-drills", {
  namespace: "shop-drill",
  storageEndpoint: "https://s3.example.com",
  apiServerCidrs: ["10.0.0.5/32"],
});

new RestoreDrill(
  "orders-orders-drill",
  {
    environment,
    stack: environment,
    attestation: "platform",
    target: { namespace: "shop", cluster: "orders", database: "orders" },
    source: { host: "orders-rw.shop.svc" },
    restorePath: {
      postgresMajor: 17,
      serverImage: "ghcr.io/cloudnative-pg/postgresql:17.6-bookworm",
      agentImage: "registry.example.com/restorable/agent:0.1.0",
      applicationRole: "orders_app",
      applicationChecks: [{ name: "orders can be counted", sql: "select count(*) > 0 from public.orders" }],
    },
    drillNamespace: "shop-drill",
    objectives: { rpo: "2h", rto: "1h" },
    requestedBy: "orders-orders-backup",
    reader: { secret: "backups-reader" },
    evidence: { secret: "backups-evidence" },
    signingKey: { existingSecret: "evidence-signing" },
  },
  { dependsOn: drills },
);
