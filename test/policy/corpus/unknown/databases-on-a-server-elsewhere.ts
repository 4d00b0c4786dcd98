import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "databases and roles on a server of somebody else's, by Crossplane's provider and by an operator",
  environment: "production",
  refusedBy: [],
  declare() {
    custom("postgresql.sql.crossplane.io/v1alpha1/Database", "shop/app", { forProvider: { owner: "app" } });
    custom("postgresql.sql.crossplane.io/v1alpha1/Role", "shop/app-role", {
      forProvider: { privileges: { login: true } },
    });
    custom("db.movetokube.com/v1alpha1/PostgresUser", "shop/reports", { database: "app", privileges: "READ" });
  },
} satisfies CorpusStack;
