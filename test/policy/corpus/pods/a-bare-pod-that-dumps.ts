import * as k8s from "@pulumi/kubernetes";
import { POSTGRES } from "../parts/images";
import { ORDERS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a bare Pod that dumps once before a change, and what it dumps is never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill", "rpo-within-objective"],
  declare() {
    const container = {
      name: "dump",
      image: POSTGRES,
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/before.dump"),
      env: ORDERS,
    };
    new k8s.core.v1.Pod("orders-dump", {
      metadata: { name: "orders-dump", namespace: "shop" },
      spec: { restartPolicy: "Never", containers: [container] },
    });
  },
} satisfies CorpusStack;
