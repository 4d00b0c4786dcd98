import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS } from "../parts/jobs";
import { mounted } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a nightly job with PostgreSQL's image that runs a script out of a ConfigMap which another stack declares",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    const scripts = mounted("platform-scripts", "/scripts");
    boundedCronJob("orders-nightly", { image: POSTGRES, command: ["/scripts/nightly.sh"], env: ORDERS, ...scripts });
  },
} satisfies CorpusStack;
