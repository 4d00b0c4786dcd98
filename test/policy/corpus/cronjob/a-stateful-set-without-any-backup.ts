import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "PostgreSQL in a plain StatefulSet, with a volume and no backup at all",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    postgresStatefulSet("orders");
  },
} satisfies CorpusStack;
