import { cluster, farAway, nightly } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same with an operator that still has it, as the gate's configuration says",
  environment: "staging",
  refusedBy: [],
  configuration: { "no-in-tree-barman": { operatorVersion: "1.28" } },
  declare(help) {
    cluster("shop/orders", { backup: { barmanObjectStore: farAway("shop/orders"), retentionPolicy: "30d" } });
    const backup = nightly("shop/orders-nightly", "orders", {
      method: "barmanObjectStore",
      pluginConfiguration: undefined,
    });
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
