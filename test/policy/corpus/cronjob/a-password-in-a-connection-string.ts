import { drilled } from "../parts/drill";
import { boundedCronJob } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a drilled dump that is given a URL with the password in it",
  environment: "develop",
  refusedBy: ["no-plain-text-credentials"],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      image: "docker.io/library/postgres:17",
      command: ["pg_dump"],
      args: [
        "--file=/mnt/nfs/orders.dump",
        "--format=custom",
        "postgresql://backup:hunter2@orders.shop.svc:5432/orders",
      ],
      volumeMounts: [{ name: "nfs", mountPath: "/mnt/nfs" }],
      volumes: [{ name: "nfs", nfs: { server: "filer.acme.test", path: "/export/dumps" } }],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: { ...dump, storageKind: "nfs" } });
  },
} satisfies CorpusStack;
