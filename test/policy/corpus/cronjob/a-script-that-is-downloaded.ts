import { boundedCronJob, ORDERS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a nightly job with a database's address that runs whatever it downloads: it may well be a backup",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    boundedCronJob("orders-nightly", {
      image: "registry.acme.test/tools/shell:3",
      command: shell("curl -fsS https://scripts.acme.test/nightly.sh | sh"),
      env: ORDERS,
    });
  },
} satisfies CorpusStack;
