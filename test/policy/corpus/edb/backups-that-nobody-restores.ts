import { edbOrders } from "../parts/edb";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "EDB's twin of CloudNativePG, with base backups each night that nobody restores",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    edbOrders();
  },
} satisfies CorpusStack;
