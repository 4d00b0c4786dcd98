import { schedule } from "../parts/k8up";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about:
    "a pod annotated with pg_dump for K8up, whose restic snapshots nobody restores: a check of the repository is none",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    postgresStatefulSet("orders", {
      "k8up.io/backupcommand": "sh -c 'PGDATABASE=orders pg_dump --clean'",
      "k8up.io/file-extension": ".sql",
    });
    schedule("shop-nightly");
  },
} satisfies CorpusStack;
