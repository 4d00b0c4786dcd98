import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "a StatefulSet that Velero, which others installed, has dump itself by an annotation; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill", "rpo-within-objective"],
  declare() {
    postgresStatefulSet("orders", {
      "pre.hook.backup.velero.io/command": '["/bin/sh", "-c", "pg_dump -U postgres -Fc orders > /dumps/orders.dump"]',
    });
  },
} satisfies CorpusStack;
