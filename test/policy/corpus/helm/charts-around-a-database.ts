import { release } from "../parts/charts";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "charts of an exporter and of a shop that has its database elsewhere: no database, no backup",
  environment: "production",
  refusedBy: [],
  declare() {
    release("prometheus-postgres-exporter", { config: { datasource: { host: "orders.acme.test" } } });
    release("web-shop", { database: { host: "orders.acme.test", existingSecret: "orders" } });
  },
} satisfies CorpusStack;
