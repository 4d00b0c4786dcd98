import * as k8s from "@pulumi/kubernetes";
import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a nightly job that runs a script out of a Secret of this stack, and the script dumps; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    new k8s.core.v1.Secret("orders-scripts", {
      metadata: { name: "orders-scripts", namespace: "shop" },
      stringData: { "nightly.sh": "#!/bin/sh\nset -eu\npg_dump -Fc -f /out/orders.dump\n" },
    });
    boundedCronJob("orders-nightly", {
      image: POSTGRES,
      command: ["sh", "/scripts/nightly.sh"],
      env: ORDERS,
      volumeMounts: [{ name: "scripts", mountPath: "/scripts" }],
      volumes: [{ name: "scripts", secret: { secretName: "orders-scripts" } }],
    });
  },
} satisfies CorpusStack;
