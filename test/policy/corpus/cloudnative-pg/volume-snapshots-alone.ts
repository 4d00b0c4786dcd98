import { cluster, nightly } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { snapshots } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "nightly volume snapshots, drilled: they go with the storage system, and nothing says how long they are kept",
  environment: "production",
  refusedBy: ["copy-outside-cluster", "retention-is-sufficient"],
  declare(help) {
    cluster("shop/orders", { backup: { volumeSnapshot: { className: "csi-fast" } } });
    const backup = nightly("shop/orders-nightly", "orders", {
      method: "volumeSnapshot",
      pluginConfiguration: undefined,
    });
    drilled(help, "orders-drill", { covers: [backup], path: snapshots });
  },
} satisfies CorpusStack;
