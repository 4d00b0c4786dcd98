import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "app is drilled; app-audit, which only begins with the same letters, is not",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    objectStore("shop/app-store");
    cluster("shop/app", archivingTo("app-store"));
    cluster("shop/app-audit", archivingTo("app-store"));
    const backup = nightly("shop/app-nightly", "app");
    nightly("shop/app-audit-nightly", "app-audit");
    drilled(help, "app-drill", { covers: [backup], of: "shop/app", path: barman });
  },
} satisfies CorpusStack;
