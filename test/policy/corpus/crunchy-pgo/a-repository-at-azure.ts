import { NIGHTLY, pgbackrest, postgresCluster } from "../parts/crunchy";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "one encrypted repository at Azure that keeps five weeks, with the keys in a Secret, drilled",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const orders = postgresCluster([{ name: "repo1", schedules: NIGHTLY, azure: { container: "acme-postgres" } }], {
      "repo1-path": "/pgbackrest/shop/orders/repo1",
      "repo1-cipher-type": "aes-256-cbc",
      "repo1-retention-full": "35",
      "repo1-retention-full-type": "time",
    });
    drilled(help, "orders-drill", { covers: [orders], path: { ...pgbackrest, storageKind: "azure" } });
  },
} satisfies CorpusStack;
