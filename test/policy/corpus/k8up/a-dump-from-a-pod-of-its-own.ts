import { custom } from "../parts/custom";
import { drilled } from "../parts/drill";
import { POSTGRES } from "../parts/images";
import { ORDERS } from "../parts/jobs";
import { schedule } from "../parts/k8up";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a PreBackupPod that dumps for K8up, drilled from the restic repository",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const container = { name: "dump", image: POSTGRES, command: ["sleep", "infinity"], env: ORDERS };
    const pod = custom("k8up.io/v1/PreBackupPod", "shop/orders-dump", {
      backupCommand: "pg_dump --clean",
      fileExtension: ".sql",
      pod: { spec: { containers: [container] } },
    });
    const nightly = schedule("shop-nightly");
    const path = { ...dump, storageKind: "restic-s3", procedure: "psql" };
    drilled(help, "orders-drill", { covers: [pod, nightly], path });
  },
} satisfies CorpusStack;
