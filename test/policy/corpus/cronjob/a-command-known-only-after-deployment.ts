import * as pulumi from "@pulumi/pulumi";
import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a nightly job with PostgreSQL's image whose command only the deployment will know: it may well be a backup",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    boundedCronJob("orders-nightly", {
      image: POSTGRES,
      command: shell(pulumi.interpolate`exec ${help.notYet("tool")} -h orders.shop.svc -f /out/orders`),
      env: ORDERS,
    });
  },
} satisfies CorpusStack;
