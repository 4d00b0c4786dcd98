import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "pg_basebackup each night onto a file server, never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    boundedCronJob("orders-base", {
      image: POSTGRES,
      command: ["pg_basebackup", "--pgdata=/base/$(POD)", "--format=tar", "--gzip", "--wal-method=stream"],
      env: [...ORDERS, { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
      volumeMounts: [{ name: "base", mountPath: "/base" }],
      volumes: [{ name: "base", nfs: { server: "filer.acme.test", path: "/export/base" } }],
    });
  },
} satisfies CorpusStack;
