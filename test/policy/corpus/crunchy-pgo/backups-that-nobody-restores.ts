import { bucket, postgresCluster } from "../parts/crunchy";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "PGO with backups by the book, and nobody has ever restored one",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    postgresCluster([bucket("repo1")], { "repo1-retention-full": "8" });
  },
} satisfies CorpusStack;
