import { archivingTo, cluster, objectStore } from "../parts/cloudnative-pg";
import { custom } from "../parts/custom";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "one Backup, taken when the stack was first deployed, and no schedule for the next",
  environment: "develop",
  refusedBy: ["rpo-within-objective"],
  declare(help) {
    objectStore("shop/orders-store");
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = custom("postgresql.cnpg.io/v1/Backup", "shop/orders-first", {
      cluster: { name: "orders" },
      method: "plugin",
      pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
    });
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
