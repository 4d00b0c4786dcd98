import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "three clusters with backups, of which two are drilled",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    for (const name of ["orders", "billing", "catalog"]) {
      objectStore(`shop/${name}-store`);
      cluster(`shop/${name}`, archivingTo(`${name}-store`));
      const backup = nightly(`shop/${name}-nightly`, name);
      if (name !== "billing") drilled(help, `${name}-drill`, { covers: [backup], of: `shop/${name}`, path: barman });
    }
  },
} satisfies CorpusStack;
