import { boundedCronJob, ORDERS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "an image of the team's own that is called a backup and is given the database's address; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    boundedCronJob("orders-nightly", { image: "registry.acme.test/shop/orders-backup:3.1.0", env: ORDERS });
  },
} satisfies CorpusStack;
