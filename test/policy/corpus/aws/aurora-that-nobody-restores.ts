import { aurora } from "../parts/aws-databases";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "Aurora with its automated backups, which cannot be switched off, and nobody has ever restored one",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    aurora(1);
  },
} satisfies CorpusStack;
