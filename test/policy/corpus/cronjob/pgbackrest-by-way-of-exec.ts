import { boundedCronJob, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "pgBackRest started in the database's own pod with kubectl exec, never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    boundedCronJob("orders-full", {
      image: "docker.io/bitnami/kubectl:1.33",
      command: shell("kubectl -n shop exec orders-0 -c postgres -- pgbackrest --stanza=orders --type=full backup"),
    });
  },
} satisfies CorpusStack;
