import { drilled } from "../parts/drill";
import { edb, edbOrders } from "../parts/edb";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "EDB's twin of CloudNativePG, with base backups each night that are restored",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    drilled(help, "orders-drill", { covers: [edbOrders().nightly], path: edb });
  },
} satisfies CorpusStack;
