import { ordersWithBackups } from "../parts/cloudnative-pg";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "backups by the book, and nobody has ever restored one",
  environment: "production",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    ordersWithBackups();
  },
} satisfies CorpusStack;
