import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

const SCRIPT = Buffer.from("pg_dump -Fc -f /out/orders.dump\n").toString("base64");

export default {
  about: "a nightly job whose script is written in base64 and handed to a shell; it dumps, and is never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    boundedCronJob("orders-nightly", {
      image: POSTGRES,
      command: shell(`echo ${SCRIPT} | base64 -d | bash`),
      env: ORDERS,
    });
  },
} satisfies CorpusStack;
