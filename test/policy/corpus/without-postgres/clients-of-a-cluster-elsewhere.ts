import { custom } from "../parts/custom";
import { boundedJob, ORDERS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a pooler, a database and a role for a cluster that another stack declares and backs up",
  environment: "production",
  refusedBy: [],
  declare() {
    custom("postgresql.cnpg.io/v1/Pooler", "shop/orders-pool", {
      cluster: { name: "orders" },
      instances: 2,
      type: "rw",
      pgbouncer: { poolMode: "transaction" },
    });
    custom("postgresql.cnpg.io/v1/Database", "shop/reports", {
      name: "reports",
      owner: "reports",
      cluster: { name: "orders" },
    });
    boundedJob("reports-schema", {
      image: "docker.io/flyway/flyway:11-alpine",
      args: ["-url=jdbc:postgresql://orders-pool.shop.svc/reports", "migrate"],
      env: ORDERS,
    });
  },
} satisfies CorpusStack;
