import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "three clusters with names that resemble each other, each with backups and a drill of its own",
  environment: "production",
  refusedBy: [],
  declare(help) {
    for (const name of ["app", "app-audit", "app-2"]) {
      objectStore(`shop/${name}-store`);
      cluster(`shop/${name}`, archivingTo(`${name}-store`));
      const backup = nightly(`shop/${name}-nightly`, name);
      drilled(help, `${name}-drill`, { covers: [backup], of: `shop/${name}`, path: barman });
    }
  },
} satisfies CorpusStack;
