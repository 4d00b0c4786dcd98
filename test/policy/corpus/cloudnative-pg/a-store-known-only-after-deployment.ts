import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "an object store whose address only the deployment will know: it may be anywhere",
  environment: "production",
  refusedBy: ["copy-outside-cluster"],
  declare(help) {
    objectStore("shop/orders-store", { endpointURL: help.notYet("store-address") });
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
