import { DatabaseAccess } from "../../../../components";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "a plain StatefulSet of PostgreSQL without a backup, declared below the grants of its database",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    const access = new DatabaseAccess("orders-access", { database: "orders", owner: "orders_owner", roles: [] });
    postgresStatefulSet("orders", {}, { parent: access });
  },
} satisfies CorpusStack;
