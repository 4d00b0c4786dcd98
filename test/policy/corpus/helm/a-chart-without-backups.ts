import { release } from "../parts/charts";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same chart as it comes, without any backup",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    release("postgresql", { auth: { existingSecret: "orders", database: "orders" } });
  },
} satisfies CorpusStack;
