import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";
import { logicalBackup, postgresql } from "../parts/zalando";

export default {
  about:
    "a pair with asynchronous replication, whose dumps go wherever the operator's configuration says, encrypted or not",
  environment: "production",
  refusedBy: ["cluster-is-highly-available", "copy-outside-cluster", "storage-is-protected"],
  declare(help) {
    const orders = postgresql({ numberOfInstances: 2, patroni: {}, enableLogicalBackup: true });
    drilled(help, "orders-drill", { covers: [orders], of: "shop/acme-orders", path: logicalBackup });
  },
} satisfies CorpusStack;
