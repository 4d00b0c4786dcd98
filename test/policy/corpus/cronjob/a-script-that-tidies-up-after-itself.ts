import { drilled } from "../parts/drill";
import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS, shell } from "../parts/jobs";
import { dump, inside } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

const SCRIPT = `
set -eu
target="/backup/orders-$(date +%Y%m%d).dump"
pg_dump --format=custom --file="$target.part"
mv "$target.part" "$target"
# Two weeks are enough.
find /backup -name 'orders-*.dump' -mtime +14 -delete
`;

export default {
  about:
    "a script of many lines that dumps to a volume, keeps two weeks, and is drilled; production would ask for more",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const nightly = boundedCronJob("orders-dump", {
      image: POSTGRES,
      command: shell(SCRIPT),
      env: ORDERS,
      volumeMounts: [{ name: "backup", mountPath: "/backup" }],
      volumes: [{ name: "backup", persistentVolumeClaim: { claimName: "orders-backup" } }],
    });
    drilled(help, "orders-drill", { covers: [nightly], path: inside(dump) });
  },
} satisfies CorpusStack;
