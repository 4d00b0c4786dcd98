import { custom } from "../parts/custom";
import { drilled } from "../parts/drill";
import { POSTGRES } from "../parts/images";
import { schedule } from "../parts/k8up";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same with the password in the pod's manifest, as the operator's sample has it",
  environment: "develop",
  refusedBy: ["no-plain-text-credentials"],
  declare(help) {
    const env = [
      { name: "PGHOST", value: "orders.shop.svc" },
      { name: "PGUSER", value: "backup" },
      { name: "PGPASSWORD", value: "topsecret" },
    ];
    const pod = custom("k8up.io/v1/PreBackupPod", "shop/orders-dump", {
      backupCommand: "pg_dump --clean",
      pod: { spec: { containers: [{ name: "dump", image: POSTGRES, command: ["sleep", "infinity"], env }] } },
    });
    const nightly = schedule("shop-nightly");
    const path = { ...dump, storageKind: "restic-s3", procedure: "psql" };
    drilled(help, "orders-drill", { covers: [pod, nightly], path });
  },
} satisfies CorpusStack;
