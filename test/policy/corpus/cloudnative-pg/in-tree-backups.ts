import { cluster, farAway, nightly } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "backups by the operator's own barmanObjectStore, which the operator has dropped",
  environment: "staging",
  refusedBy: ["no-in-tree-barman"],
  declare(help) {
    cluster("shop/orders", { backup: { barmanObjectStore: farAway("shop/orders"), retentionPolicy: "30d" } });
    const backup = nightly("shop/orders-nightly", "orders", { method: undefined, pluginConfiguration: undefined });
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
