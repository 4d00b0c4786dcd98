import { DrillNamespace } from "../../../../components";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "a plain StatefulSet of PostgreSQL without a backup, declared below the namespace of this library's drills",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    const parent = new DrillNamespace("drills", { namespace: "orders-drills", apiServerCidrs: ["10.0.0.5/32"] });
    postgresStatefulSet("orders", {}, { parent });
  },
} satisfies CorpusStack;
