import { cluster, objectStore } from "../parts/cloudnative-pg";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a copy in develop that was recovered from another cluster's backups, and is thrown away when it is old",
  environment: "develop",
  refusedBy: [],
  declare() {
    objectStore("reports/orders-store");
    const parameters = { barmanObjectName: "orders-store", serverName: "orders" };
    cluster("reports/orders-copy", {
      instances: 1,
      bootstrap: { recovery: { source: "origin" } },
      externalClusters: [{ name: "origin", plugin: { name: "barman-cloud.cloudnative-pg.io", parameters } }],
    });
  },
} satisfies CorpusStack;
