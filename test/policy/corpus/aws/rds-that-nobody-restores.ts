import { instance } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "automated backups for two weeks, and nobody has ever restored one",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    instance();
  },
} satisfies CorpusStack;
